/** What every IssuerKeys must do (src/check/token/issuer-keys.ts); runs on the fake and on the real one. */
import { describe, expect, it } from 'vitest'
import type { IssuerKey, IssuerKeys } from '../../src/check/token/issuer-keys.ts'
import type { PublishedKey } from '../support/jwks-server.ts'
import { makeKey } from '../support/jws.ts'

export const ISSUERS = ['https://a.example.com', 'https://b.example.com'] as const

/** Both issuers may use ES256, PS256, EdDSA and Ed25519. At first neither has a set. */
export interface IssuerKeysSubject {
  readonly keys: IssuerKeys
  /** The set of the issuer is this one now, and the adapter has seen it. */
  publish(issuer: string, keys: readonly PublishedKey[]): Promise<void>
  /** The set can no longer be read, and its life is over. */
  lose(issuer: string): Promise<void>
  close(): Promise<void>
}

const EC = makeKey('ES256')
const EC2 = makeKey('ES256')
const RSA = makeKey('PS256')
const ED = makeKey('EdDSA')
const [A, B] = ISSUERS

export function issuerKeysContract(name: string, make: () => Promise<IssuerKeysSubject>): void {
  async function withSubject(run: (subject: IssuerKeysSubject) => Promise<void>): Promise<void> {
    const subject = await make()
    try {
      await run(subject)
    } finally {
      await subject.close()
    }
  }

  describe(`${name} keeps the contract of IssuerKeys`, () => {
    it('C6 finds a key by its exact kid, and none by any other', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [
          { kid: 'one', key: EC },
          { kid: 'two', key: EC2 },
        ])
        expect((await only(keys, A, 'two', 'ES256')).key.equals(EC2.publicKey)).toBe(true)
        for (const kid of ['ONE', 'one ', '', 'three', '__proto__', 'constructor', '../one', 'one\u0000', '*']) {
          expect(await keys.find(A, kid, 'ES256')).toEqual({ kind: 'keys', keys: [] })
        }
      }))

    it('C6 gives all keys that fit when no kid is named', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'one', key: EC }, { key: EC2 }, { kid: 'rsa', key: RSA }])
        const found = await keys.find(A, undefined, 'ES256')
        expect(found.kind === 'keys' && found.keys.map((key) => key.kid)).toEqual(['one', undefined])
      }))

    it('C5 gives a key only for the algorithms that it fits', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [
          { kid: 'ec', key: EC },
          { kid: 'rsa', key: RSA },
          { kid: 'ed', key: ED, alg: 'EdDSA' },
          { kid: 'marked', key: EC2, alg: 'ES256' },
        ])
        for (const [kid, fitting] of [
          ['ec', ['ES256']],
          ['rsa', ['PS256']],
          ['ed', ['EdDSA', 'Ed25519']],
          ['marked', ['ES256']],
        ] as const) {
          for (const algorithm of ['ES256', 'ES384', 'PS256', 'EdDSA', 'Ed25519', 'none', 'HS256']) {
            const found = await keys.find(A, kid, algorithm)
            expect(found.kind === 'keys' && found.keys.length).toBe(fitting.some((f) => f === algorithm) ? 1 : 0)
          }
        }
      }))

    it('C2 keeps the issuers apart, also when they share a kid', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'shared', key: EC }])
        await publish(B, [
          { kid: 'shared', key: EC2 },
          { kid: 'b', key: RSA },
        ])
        expect((await only(keys, A, 'shared', 'ES256')).key.equals(EC.publicKey)).toBe(true)
        expect((await only(keys, B, 'shared', 'ES256')).key.equals(EC2.publicKey)).toBe(true)
        expect(await keys.find(A, 'b', 'PS256')).toEqual({ kind: 'keys', keys: [] })
      }))

    it('C14 a new key is found, a removed one is gone and no longer current', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'old', key: EC }])
        const old = await only(keys, A, 'old', 'ES256')
        expect(keys.isCurrent(old)).toBe(true)
        await publish(A, [{ kid: 'new', key: EC2 }])
        await only(keys, A, 'new', 'ES256')
        expect(await keys.find(A, 'old', 'ES256')).toEqual({ kind: 'keys', keys: [] })
        expect(keys.isCurrent(old)).toBe(false)
      }))

    it('C14 a key that stays is the same object and stays current', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'one', key: EC }])
        const before = await only(keys, A, 'one', 'ES256')
        await publish(A, [
          { kid: 'two', key: EC2 },
          { kid: 'one', key: EC },
        ])
        expect(await only(keys, A, 'one', 'ES256')).toBe(before)
        expect(keys.isCurrent(before)).toBe(true)
      }))

    it('C14 a key that moves to another kid is found under that one only', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'one', key: EC }])
        const before = await only(keys, A, 'one', 'ES256')
        await publish(A, [{ kid: 'two', key: EC }])
        expect((await only(keys, A, 'two', 'ES256')).kid).toBe('two')
        expect(await keys.find(A, 'one', 'ES256')).toEqual({ kind: 'keys', keys: [] })
        expect(keys.isCurrent(before)).toBe(false)
      }))

    it('C14 another key under the same kid is another key', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'one', key: EC }])
        const before = await only(keys, A, 'one', 'ES256')
        await publish(A, [{ kid: 'one', key: EC2 }])
        expect((await only(keys, A, 'one', 'ES256')).key.equals(EC2.publicKey)).toBe(true)
        expect(keys.isCurrent(before)).toBe(false)
      }))

    it('C14 is unavailable without a good set: before the first, after the last, and for nobody', () =>
      withSubject(async ({ keys, publish, lose }) => {
        expect((await keys.find(A, 'one', 'ES256')).kind).toBe('unavailable')
        await publish(A, [{ kid: 'one', key: EC }])
        const key = await only(keys, A, 'one', 'ES256')
        await lose(A)
        expect((await keys.find(A, 'one', 'ES256')).kind).toBe('unavailable')
        expect(keys.isCurrent(key)).toBe(false)
        expect((await keys.find('https://nobody.example', 'one', 'ES256')).kind).toBe('unavailable')
        expect(keys.isCurrent({ ...key, issuer: 'https://nobody.example' })).toBe(false)
      }))

    it('C14 a copy of a current key is not current: only what find gave counts', () =>
      withSubject(async ({ keys, publish }) => {
        await publish(A, [{ kid: 'one', key: EC }])
        const key = await only(keys, A, 'one', 'ES256')
        expect(keys.isCurrent({ ...key })).toBe(false)
        expect(keys.isCurrent({ ...key, issuer: B })).toBe(false)
      }))
  })
}

async function only(keys: IssuerKeys, issuer: string, kid: string, algorithm: string): Promise<IssuerKey> {
  const found = await keys.find(issuer, kid, algorithm)
  const [key, ...others] = found.kind === 'keys' ? found.keys : []
  if (key === undefined || others.length > 0) throw new Error(`not exactly one key for ${kid}`)
  return key
}
