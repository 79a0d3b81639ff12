import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { adaptEnvoyConfig } from '../../../src/drill/world/envoy-config.ts'
import { readSidecarConfig } from '../../../src/drill/world/make-world.ts'

const FILE = `
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 9902 } } }
tls: { filename: /etc/envoy/tls/server.crt }
other: { timeout: 9902s, number: 9902, port_value: 80 }
`

describe('adapting an Envoy configuration', () => {
  it('changes the named ports and files, and nothing else', () => {
    const text = adaptEnvoyConfig(FILE, {
      ports: { 9902: 1234 },
      files: { '/etc/envoy/tls/server.crt': '/w/server.crt' },
    })
    expect(parse(text)).toEqual({
      admin: { address: { socket_address: { address: '127.0.0.1', port_value: 1234 } } },
      tls: { filename: '/w/server.crt' },
      other: { timeout: '9902s', number: 9902, port_value: 80 },
    })
  })

  it.each([
    ['port', { ports: { 9999: 1 }, files: {} }, '9999'],
    ['file', { ports: {}, files: { '/nowhere': '/w' } }, '/nowhere'],
  ])('a %s that is not there is an error, not silence', (_, changes, named) => {
    expect(() => adaptEnvoyConfig(FILE, changes)).toThrow(named)
  })

  it('without changes sidecar.yaml stays as it is', () => {
    const text = readSidecarConfig()
    expect(parse(adaptEnvoyConfig(text, { ports: {}, files: {} }))).toEqual(parse(text))
  })
})
