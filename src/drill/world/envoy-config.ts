/**
 * Turns a configuration of envoy/ into one for this machine: other ports, other files, nothing else. What the drill and
 * the tests run is thereby what people copy.
 */
import { parse, stringify } from 'yaml'

export interface EnvoyChanges {
  /** Port in the file → port here. */
  readonly ports: Readonly<Record<number, number>>
  /** Path in the file → path here. */
  readonly files: Readonly<Record<string, string>>
}

/** Throws when a change finds nothing to change: then the file and its users have drifted apart. */
export function adaptEnvoyConfig(text: string, changes: EnvoyChanges): string {
  const unused = new Set([...Object.keys(changes.ports), ...Object.keys(changes.files)])
  const take = <T>(map: Readonly<Record<string | number, T>>, key: string | number): T | undefined => {
    if (Object.hasOwn(map, key)) unused.delete(String(key))
    return Object.hasOwn(map, key) ? map[key] : undefined
  }
  const config: unknown = parse(text, (key, value: unknown) => {
    if (key === 'port_value' && typeof value === 'number') return take(changes.ports, value) ?? value
    if (typeof value === 'string') return take(changes.files, value) ?? value
    return value
  })
  if (unused.size > 0) throw new Error(`the Envoy configuration has no ${[...unused].join(', ')}`)
  return stringify(config)
}
