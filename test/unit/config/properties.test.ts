import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseText } from '../../../src/config/document.ts'
import { isLocal, parseListen } from '../../../src/config/listen.ts'
import { authorityFault } from '../../../src/config/schema/match.ts'
import { faultsOf } from './config-file.ts'

const INTERFACE = await readFile(new URL('interface.yaml', import.meta.url), 'utf8')

/** A good file with a piece cut out and something else put in. */
const spoiled = fc
  .tuple(
    fc.nat(INTERFACE.length),
    fc.nat(40),
    fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom(...'{}[]:,&*!?|>%@`"\'#-\t\n')),
  )
  .map(([at, length, text]) => INTERFACE.slice(0, at) + text + INTERFACE.slice(at + length))

describe('whatever the file holds', () => {
  test('it loads, or its faults have a place in it, a message and a mend', async () => {
    await fc.assert(
      fc.asyncProperty(spoiled, async (text) => {
        const lines = text.split('\n')
        for (const fault of await faultsOf(text)) {
          const [, line, column, message] = /^holdfast\.yaml:(\d+):(\d+): (.+)$/s.exec(fault) ?? []
          expect(Number(line)).toBeLessThanOrEqual(lines.length)
          expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1)
          expect(message).toMatch(/[;:] ./)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('the reader never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseText(text)).toHaveProperty('findings')
      }),
    )
  })
})

describe('addresses', () => {
  test('parseListen never throws, and takes each host:port that it should', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseListen(text)).toHaveProperty('ok')
      }),
    )
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
        expect(parseListen(`${host}:${port}`)).toEqual({ ok: true, value: { kind: 'tcp', host, port } })
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
        expect(parseListen(`[${host}]:${port}`)).toEqual({ ok: true, value: { kind: 'tcp', host, port } })
      }),
    )
  })

  test('only 127/8, ::1, localhost and sockets are local', () => {
    fc.assert(
      fc.property(fc.ipV4(), (host) => {
        expect(isLocal({ kind: 'tcp', host, port: 1 })).toBe(host.startsWith('127.'))
      }),
    )
  })

  test('each domain is an authority, with a port and without; nothing with user, path or query is', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        expect([authorityFault(host), authorityFault(`${host}:${port}`)]).toEqual([undefined, undefined])
        for (const bad of [`u@${host}`, `${host}/`, `${host}?`, `${host}#`, `${host}:`, `${host}:0`, ` ${host}`]) {
          expect(authorityFault(bad)).toBeTypeOf('string')
        }
      }),
    )
  })
})
