/** What the OCSF schema finds wrong with a record: test/vectors/ocsf, judged as its own server judges. */
import { readFileSync } from 'node:fs'

interface Attribute {
  readonly requirement: string
  readonly type: string
  readonly object_type?: string
  readonly is_array?: boolean
  /** Only where the record names that profile. */
  readonly profile?: string
  readonly enum?: Readonly<Record<string, string>>
}

interface Shape {
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly constraints?: { readonly at_least_one?: readonly string[] }
}

interface TypeRow {
  readonly type?: string
  readonly regex?: string
  readonly max_len?: number
  readonly range?: readonly [number, number]
}

interface Schema {
  readonly version: string
  readonly classes: Readonly<Record<string, Shape & { readonly uid: number; readonly profiles: readonly string[] }>>
  readonly objects: Readonly<Record<string, Shape>>
  readonly types: Readonly<Record<string, TypeRow>>
}

type Members = Readonly<Record<string, unknown>>

const schema = JSON.parse(
  readFileSync(new URL('../../vectors/ocsf/schema-1.4.0.json', import.meta.url), 'utf8'),
) as Schema

/** Empty: it is valid. */
export function faultsOf(record: Members): string[] {
  const shape = Object.values(schema.classes).find(({ uid }) => uid === record['class_uid'])
  if (shape === undefined) return ['class_uid: no class']
  const metadata = record['metadata'] as { readonly version?: unknown; readonly profiles?: readonly string[] }
  const profiles = metadata.profiles ?? []
  const faults = profiles
    .filter((name) => !shape.profiles.includes(name))
    .map((name) => `${name}: no profile of the class`)
  if (metadata.version !== schema.version) faults.push('metadata.version: another version')
  return [...faults, ...membersFaults(record, shape, profiles, '')]
}

function membersFaults(members: Members, shape: Shape, profiles: readonly string[], path: string): string[] {
  const offered = Object.entries(shape.attributes).filter(
    ([, { profile }]) => profile === undefined || profiles.includes(profile),
  )
  const faults: string[] = []
  for (const [name, { requirement }] of offered) {
    if (requirement === 'required' && !(name in members)) faults.push(`${path}${name}: missing`)
  }
  const { at_least_one: oneOf } = shape.constraints ?? {}
  if (oneOf !== undefined && !oneOf.some((name) => name in members)) faults.push(`${path}: none of ${oneOf.join(', ')}`)
  for (const [name, value] of Object.entries(members)) {
    const attribute = offered.find(([known]) => known === name)?.[1]
    if (attribute === undefined) faults.push(`${path}${name}: unknown`)
    else faults.push(...attributeFaults(value, attribute, profiles, `${path}${name}`))
  }
  return faults
}

function attributeFaults(value: unknown, attribute: Attribute, profiles: readonly string[], path: string): string[] {
  if (attribute.is_array !== true) return valueFaults(value, attribute, profiles, path)
  if (!Array.isArray(value)) return [`${path}: no array`]
  return value.flatMap((item, i) => valueFaults(item, attribute, profiles, `${path}[${i}]`))
}

function valueFaults(value: unknown, attribute: Attribute, profiles: readonly string[], path: string): string[] {
  if (attribute.type === 'object_t') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no object`]
    // `object` is what holds anything.
    if (attribute.object_type === 'object') return []
    const shape = schema.objects[attribute.object_type ?? '']
    if (shape === undefined) return [`${path}: an object that the vectors lack`]
    return membersFaults(value as Members, shape, profiles, `${path}.`)
  }
  const listed = attribute.enum === undefined || String(value) in attribute.enum
  return [...(listed ? [] : [`${path}: not in the enumeration`]), ...typeFaults(value, attribute.type, path)]
}

function typeFaults(value: unknown, type: string, path: string): string[] {
  const row = schema.types[type]
  if (row === undefined) return [`${path}: no type ${type}`]
  const faults = row.type === undefined ? primitiveFaults(value, type, path) : typeFaults(value, row.type, path)
  const text = typeof value === 'string' ? value : undefined
  if (row.regex !== undefined && text !== undefined && !new RegExp(row.regex).test(text))
    faults.push(`${path}: no ${type}`)
  if (row.max_len !== undefined && text !== undefined && text.length > row.max_len) faults.push(`${path}: too long`)
  const [least, most] = row.range ?? []
  if (least !== undefined && most !== undefined && (Number(value) < least || Number(value) > most)) {
    faults.push(`${path}: out of range`)
  }
  return faults
}

function primitiveFaults(value: unknown, type: string, path: string): string[] {
  const fits =
    type === 'json_t' ||
    (type === 'string_t' && typeof value === 'string') ||
    (type === 'boolean_t' && typeof value === 'boolean') ||
    (type === 'float_t' && typeof value === 'number') ||
    ((type === 'integer_t' || type === 'long_t') && Number.isSafeInteger(value))
  return fits ? [] : [`${path}: no ${type}`]
}
