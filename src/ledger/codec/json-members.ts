/** Reads the members of a JSON object strictly: each of its type, none that was not asked for. Never throws. */
import { isJsonObject } from '../../check/codec/strict-json.ts'

/** Shared by the readers of one document: one fault fails the whole. */
export interface Fault {
  failed: boolean
}

export interface JsonMembers {
  has(name: string): boolean
  text(name: string): string
  maybeText(name: string): string | undefined
  /** A whole number from 0. */
  whole(name: string): number
  maybeWhole(name: string): number | undefined
  oneOf<T extends string>(name: string, values: readonly [T, ...T[]]): T
  object<T>(name: string, read: (members: JsonMembers) => T): T
  /** Undefined where it is absent. */
  maybeObject<T>(name: string, read: (members: JsonMembers) => T): T | undefined
}

/** `read` gets the members of `value`; members that it did not ask for are a fault. */
export function readMembers<T>(value: unknown, fault: Fault, read: (members: JsonMembers) => T): T {
  const object = isJsonObject(value) ? value : {}
  if (object !== value) fault.failed = true
  const asked = new Set<string>()

  function member(name: string): unknown {
    asked.add(name)
    return Object.hasOwn(object, name) ? object[name] : undefined
  }
  function checked<V>(found: V | undefined, otherwise: V): V {
    if (found === undefined) fault.failed = true
    return found ?? otherwise
  }
  const has = (name: string): boolean => member(name) !== undefined
  const members: JsonMembers = {
    has,
    text: (name) => checked(asText(member(name)), ''),
    maybeText: (name) => (has(name) ? members.text(name) : undefined),
    whole: (name) => checked(asWhole(member(name)), 0),
    maybeWhole: (name) => (has(name) ? members.whole(name) : undefined),
    oneOf(name, values) {
      const found = member(name)
      return checked(
        values.find((value) => value === found),
        values[0],
      )
    },
    object: (name, readInner) => readMembers(member(name), fault, readInner),
    maybeObject: (name, readInner) => (has(name) ? members.object(name, readInner) : undefined),
  }
  const result = read(members)
  if (Object.keys(object).some((name) => !asked.has(name))) fault.failed = true
  return result
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asWhole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
