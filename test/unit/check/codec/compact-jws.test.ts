import { describe, expect, it } from 'vitest'
import { readCompactJws } from '../../../../src/check/codec/compact-jws.ts'
import { encode } from '../../../support/jws.ts'

const HEADER = encode({ alg: 'ES256' })
const PAYLOAD = encode({ jti: 'a' })

describe('readCompactJws', () => {
  it('A2 takes the three parts apart', () => {
    expect(readCompactJws(`${HEADER}.${PAYLOAD}.AQID`)).toEqual({
      header: { alg: 'ES256' },
      payload: { jti: 'a' },
      signingInput: `${HEADER}.${PAYLOAD}`,
      signature: Buffer.from([1, 2, 3]),
    })
  })

  it.each([
    ['empty', ''],
    ['one part', HEADER],
    ['two parts', `${HEADER}.${PAYLOAD}`],
    ['three dots', `${HEADER}.${PAYLOAD}.AQID.`],
    ['four parts', `${HEADER}.${PAYLOAD}.AQID.AQID`],
    ['dots only', '..'],
    ['no header', `.${PAYLOAD}.AQID`],
    ['no payload', `${HEADER}..AQID`],
    ['no signature', `${HEADER}.${PAYLOAD}.`],
    ['a padded header', `${HEADER}=.${PAYLOAD}.AQID`],
    ['spare bits in the signature', `${HEADER}.${PAYLOAD}.AR`],
    ['a space in the payload', `${HEADER}.${PAYLOAD} .AQID`],
    ['a comma', `${HEADER}.${PAYLOAD}.AQID,`],
    ['a header that is no object', `${encode('[]')}.${PAYLOAD}.AQID`],
    ['a payload that is no object', `${HEADER}.${encode('null')}.AQID`],
    ['a payload that is no JSON', `${HEADER}.${encode('{')}.AQID`],
  ])('A2 refuses %s', (_, text) => {
    expect(readCompactJws(text)).toBeUndefined()
  })
})
