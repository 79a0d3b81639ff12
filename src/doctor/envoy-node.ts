/**
 * Reads Envoy's configuration out of plain values that anybody may have written: names in snake_case as Envoy dumps them, or in
 * lowerCamelCase, which it takes too. What is absent has the default of proto3; what has another form than it should is ODD, and
 * whoever judges it says `unknown`.
 */
import { type Judgement, unknown } from './finding.ts'

export const ODD: unique symbol = Symbol('odd')
export type Odd = typeof ODD

export type Node = Readonly<Record<string, unknown>>

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined where a part of the path is absent or null, ODD where one is no object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here: unknown = value ?? undefined
  for (const name of path) {
    if (here === undefined || here === ODD) return here
    if (!isNode(here)) return ODD
    here = member(here, name)
  }
  return here
}

function member(node: Node, name: string): unknown {
  if (Object.hasOwn(node, name)) return node[name] ?? undefined
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(node, camel) ? (node[camel] ?? undefined) : undefined
}

/** Absent is false. */
export function flag(value: unknown): boolean | Odd {
  if (value === undefined) return false
  return typeof value === 'boolean' ? value : ODD
}

export function text(value: unknown): string | undefined | Odd {
  return value === undefined || typeof value === 'string' ? value : ODD
}

export function whole(value: unknown): number | undefined | Odd {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value)) ? value : ODD
}

/** Absent is empty. */
export function items(value: unknown): readonly unknown[] | Odd {
  if (value === undefined) return []
  return Array.isArray(value) ? value : ODD
}

/** A `google.protobuf.Duration` as JSON has it: `0.25s`. */
export function durationMs(value: unknown): number | undefined | Odd {
  if (value === undefined) return undefined
  const [, seconds] = typeof value === 'string' ? (/^(\d{1,12}(?:\.\d{1,9})?)s$/.exec(value) ?? []) : []
  return seconds === undefined ? ODD : Number(seconds) * 1000
}

/** An enum by name or number; absent is the first. */
export function oneOf<const T extends string>(value: unknown, names: readonly [T, ...T[]]): T | Odd {
  if (value === undefined) return names[0]
  const found = typeof value === 'number' ? names[value] : names.find((name) => name === value)
  return found ?? ODD
}

export interface Typed {
  /** The last part of the type's name: `ExtAuthz`. */
  readonly type: string
  readonly config: Node
}

/** What stands in an Any, through a TypedStruct too. Undefined where there is none, ODD where it names no type. */
export function typed(any: unknown): Typed | undefined | Odd {
  if (any === undefined) return undefined
  if (!isNode(any)) return ODD
  const type = lastPart(any['@type'])
  if (type === undefined) return ODD
  if (type !== 'TypedStruct') return { type, config: any }
  const [inner, config] = [lastPart(at(any, 'type_url')), at(any, 'value')]
  return inner === undefined || !isNode(config) ? ODD : { type: inner, config }
}

export function lastPart(url: unknown): string | undefined {
  return typeof url === 'string' ? url.slice(url.lastIndexOf('.') + 1) : undefined
}

/** `field` is there, in a form that we do not know. */
export function misread(field: string): Judgement {
  return unknown(`${field} has a form that is not understood`, 'give the config dump of a running Envoy')
}

/** Only this machine can be meant. A name other than localhost is not known to be. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
