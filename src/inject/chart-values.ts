/**
 * The part of the chart's values that the sidecar is made of. Merged as Helm merges: mappings key by key, null takes a
 * default away, all else replaces. The rest of a values file is the chart's business and passes unread.
 */
import * as z from 'zod'
import { CHART_DEFAULTS } from './chart-defaults.ts'

const text = z.string()
const probe = { periodSeconds: z.int().min(1), timeoutSeconds: z.int().min(1), failureThreshold: z.int().min(1) }
const quantities = z.record(text, z.union([text, z.number()])).optional()
const userId = z.union([z.int().min(1), z.literal('')]).optional()
const oneKey = z.strictObject({ existingSecret: text, key: text })

const sidecar = z.strictObject({
  resources: z.strictObject({ requests: quantities, limits: quantities, claims: z.array(z.unknown()).optional() }),
  nodeOptions: text,
  startupProbe: z.strictObject({ ...probe, waitFor: z.enum(['ready', 'live']) }),
  readinessProbe: z.strictObject(probe),
  livenessProbe: z.strictObject(probe),
})

const chartValues = z.object({
  nameOverride: text,
  fullnameOverride: text,
  global: z.object({ imageRegistry: text.optional() }),
  image: z.strictObject({
    registry: text,
    repository: text.min(1),
    tag: text,
    digest: text.regex(/^(sha256:[0-9a-f]{64})?$/, 'must be sha256: and 64 hex digits'),
    pullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']),
  }),
  config: z.object({
    server: z.object({ listen: text }),
    admin: z.object({ listen: text, tls: z.unknown().optional() }),
  }),
  keySets: z.strictObject({ files: z.record(text, text), existingConfigMap: text }),
  revocationList: z.strictObject({ existingConfigMap: text, key: text }),
  secrets: z.strictObject({
    nonce: oneKey,
    clientSecret: oneKey,
    redisPassword: oneKey,
    redisTls: z.strictObject({ existingSecret: text, caKey: text, certificateKey: text, keyKey: text }),
    serverTls: z.strictObject({ existingSecret: text, certificateKey: text, keyKey: text, clientCaKey: text }),
  }),
  pod: z.object({ runAsUser: userId, runAsGroup: userId }),
  sidecar,
})

export type ChartValues = z.infer<typeof chartValues>

export type ReadValues =
  | { readonly ok: true; readonly values: ChartValues }
  /** One line a fault, each with the path of the value. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** `own` is what the values file says, already parsed; undefined or null for an empty one. */
export function readChartValues(own: unknown): ReadValues {
  if (own !== undefined && own !== null && !isMapping(own)) return { ok: false, faults: ['is no mapping of values'] }
  const parsed = chartValues.safeParse(coalesce(CHART_DEFAULTS, own ?? {}))
  if (parsed.success) return { ok: true, values: parsed.data }
  return {
    ok: false,
    faults: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  }
}

function coalesce(defaults: unknown, own: unknown): unknown {
  if (!isMapping(defaults) || !isMapping(own)) return own
  const merged = new Map(Object.entries(defaults))
  for (const [key, value] of Object.entries(own)) {
    if (value === null) merged.delete(key)
    else merged.set(key, merged.has(key) ? coalesce(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
