import { describe, expect, it } from 'vitest'
import { readConfirmation } from '../../../../src/check/token/confirmation.ts'
import { CERTIFICATE_HASH, THUMBPRINT } from './token-fixture.ts'

const NONE: ReadonlySet<string> = new Set()

describe('readConfirmation', () => {
  it('A27 absent: not bound', () => {
    expect(readConfirmation(undefined, NONE)).toEqual({ ok: true, value: { jkt: undefined, x5tS256: undefined } })
  })

  it('A27 reads every understood member', () => {
    expect(readConfirmation({ jkt: THUMBPRINT }, NONE)).toEqual({
      ok: true,
      value: { jkt: THUMBPRINT, x5tS256: undefined },
    })
    expect(readConfirmation({ jkt: THUMBPRINT, 'x5t#S256': CERTIFICATE_HASH }, NONE)).toEqual({
      ok: true,
      value: { jkt: THUMBPRINT, x5tS256: CERTIFICATE_HASH },
    })
  })

  it('A27 tells a cnf of the wrong type from one without an understood member', () => {
    const detailOf = (cnf: unknown) => {
      const result = readConfirmation(cnf, NONE)
      return result.ok ? 'ok' : result.error.detail
    }
    expect(detailOf([])).toBe('cnf is not an object')
    expect(detailOf({})).toBe('cnf has no member that is understood')
  })

  it('A27 a member of the prototype is no member', () => {
    const result = readConfirmation(Object.create({ jkt: THUMBPRINT }), NONE)
    expect(!result.ok && result.error.reason).toBe('binding_unsupported')
  })
})
