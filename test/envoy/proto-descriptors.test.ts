/**
 * Our proto/ against Envoy's own descriptors (PyPI xds-protos): each message, field, number, type and enum value of ours must
 * be there, the same. Ours may lack what we do not use.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSync } from '@grpc/proto-loader'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PYTHON = join(process.env['HOLDFAST_TOOLS'] ?? join(ROOT, '.tools'), 'py/bin/python')

/** One line a field or enum value: `package.Message.field = number type label`. */
const DUMP = `
from envoy.service.auth.v3 import external_auth_pb2, attribute_context_pb2
from envoy.config.core.v3 import address_pb2, base_pb2
from envoy.type.v3 import http_status_pb2
from google.protobuf import descriptor_pb2
from google.rpc import status_pb2

TYPES = descriptor_pb2.FieldDescriptorProto.Type

def enum(e):
    for v in e.values: print(f'{e.full_name}.{v.name} = {v.number}')

def message(m):
    proto = descriptor_pb2.DescriptorProto()
    m.CopyToProto(proto)
    maps = {n.name for n in proto.nested_type if n.options.map_entry}
    for f in proto.field:
        kind = 'map' if f.type_name.split('.')[-1] in maps else f.type_name.split('.')[-1]
        label = 'repeated' if f.label == 3 else 'single'
        print(f'{m.full_name}.{f.name} = {f.number} {TYPES.Name(f.type)} {kind} {label}')
    for n in m.nested_types: message(n)
    for e in m.enum_types: enum(e)

for module in (external_auth_pb2, attribute_context_pb2, address_pb2, base_pb2, http_status_pb2, status_pb2):
    for m in module.DESCRIPTOR.message_types_by_name.values(): message(m)
    for e in module.DESCRIPTOR.enum_types_by_name.values(): enum(e)
for service in external_auth_pb2.DESCRIPTOR.services_by_name.values():
    for m in service.methods: print(f'{m.full_name} ({m.input_type.full_name}) ({m.output_type.full_name})')
`

interface Descriptor {
  readonly name: string
  readonly field?: readonly {
    readonly name: string
    readonly number: number
    readonly label: string
    readonly type: string
    readonly typeName: string
  }[]
  readonly value?: readonly { readonly name: string; readonly number: number }[]
  readonly nestedType?: readonly (Descriptor & { readonly options: { readonly mapEntry?: boolean } | null })[]
  readonly enumType?: readonly Descriptor[]
}

function linesOf(parent: string, descriptor: Descriptor): string[] {
  const name = `${parent}.${descriptor.name}`
  const maps = new Set(descriptor.nestedType?.filter((n) => n.options?.mapEntry).map((n) => n.name))
  const fields = (descriptor.field ?? []).map((f) => {
    const type = f.typeName.split('.').at(-1) ?? ''
    const label = f.label === 'LABEL_REPEATED' ? 'repeated' : 'single'
    return `${name}.${f.name} = ${f.number} ${f.type} ${maps.has(type) ? 'map' : type} ${label}`
  })
  const values = (descriptor.value ?? []).map((v) => `${name}.${v.name} = ${v.number}`)
  const nested = (descriptor.nestedType ?? []).filter((n) => !maps.has(n.name)).flatMap((n) => linesOf(name, n))
  return [...fields, ...values, ...nested, ...(descriptor.enumType ?? []).flatMap((e) => linesOf(name, e))]
}

function ours(): string[] {
  const definitions = loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [join(ROOT, 'proto')],
    keepCase: true,
  })
  return Object.entries(definitions).flatMap(([fullName, definition]) => {
    if (fullName.startsWith('google.protobuf.')) return []
    if ('format' in definition) {
      const parent = fullName.slice(0, fullName.lastIndexOf('.'))
      return linesOf(parent, definition.type as unknown as Descriptor)
    }
    return Object.entries(definition).map(([method, { path }]) => `${path} is ${fullName}.${method}`)
  })
}

describe('proto/ against Envoy', () => {
  if (!existsSync(PYTHON)) throw new Error('no Envoy descriptors: type "npm run setup -- py", then run the test again')
  const theirs = new Set(execFileSync(PYTHON, ['-c', DUMP], { encoding: 'utf8' }).trim().split('\n'))
  const lines = ours()

  it.each(lines.filter((line) => !line.startsWith('/')))('%s', (line) => {
    expect(theirs).toContain(line)
  })

  it('has the service and the messages that a Check needs', () => {
    expect(lines).toContain('/envoy.service.auth.v3.Authorization/Check is envoy.service.auth.v3.Authorization.Check')
    expect(theirs).toContain(
      'envoy.service.auth.v3.Authorization.Check (envoy.service.auth.v3.CheckRequest) (envoy.service.auth.v3.CheckResponse)',
    )
    expect(lines.length).toBeGreaterThan(40)
  })

  it('would see a wrong number, type, label or name', () => {
    const right = 'envoy.service.auth.v3.CheckRequest.attributes = 1 TYPE_MESSAGE AttributeContext single'
    expect(theirs).toContain(right)
    for (const [from, to] of [
      ['= 1', '= 2'],
      ['TYPE_MESSAGE', 'TYPE_STRING'],
      ['single', 'repeated'],
      ['attributes', 'attribute'],
    ] as const) {
      expect(theirs).not.toContain(right.replace(from, to))
    }
  })
})
