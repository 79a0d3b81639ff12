/**
 * What Envoy Gateway makes of the chart's example, as files: the chart's objects (held against the chart in test/chart), what
 * stands around them, and the Envoy configuration that Envoy Gateway rendered of both. `npm run envoy-gateway` renews them.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import type { KubeObject } from '../support/helm.ts'

/** Whose code rendered. */
export const ENVOY_GATEWAY_VERSION = '1.9.1'

export const CHART_FILE = 'test/mesh/envoy-gateway/chart.yaml'
export const SURROUNDINGS_FILE = 'test/mesh/envoy-gateway/surroundings.yaml'
export const RENDERED_FILE = 'test/mesh/envoy-gateway/rendered.yaml'

/** A node of what Envoy Gateway wrote: of another program, as deep as it is. */
// biome-ignore lint/suspicious/noExplicitAny: read by tests, which say what they expect
export type Node = Record<string, any>

export function readCheckout(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
}

export function objectsIn(text: string): readonly KubeObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject)
}

/** Of all that went into the rendering. It stands in its first line. */
export function inputDigest(chart: string, surroundings: string): string {
  return createHash('sha256').update(`${ENVOY_GATEWAY_VERSION}\n${chart}\n${surroundings}`).digest('hex')
}

/** RENDERED_FILE: the objects with their conditions, and the Envoy configuration under `xds`. */
export function readRendered(): Node {
  return parse(readCheckout(RENDERED_FILE)) as Node
}
