import { describe, expect, it } from 'vitest'
import { carriesToken } from '../../../src/console/token-shape.ts'

const HEADER = Buffer.from('{"alg":"ES256","typ":"at+jwt"}').toString('base64url')

describe('carriesToken', () => {
  it.each([
    ['a whole JWS', `${HEADER}.e30.c2ln`],
    ['one cut short', HEADER],
    ['a JWE', `${HEADER}....`],
    ['one with its scheme', `DPoP ${HEADER}.e30.c2ln`],
    ['an opaque one with its scheme', 'bearer 2YotnFZFEjr1zCsicMWpAA'],
    ['one inside other text', `token=${HEADER}.e30.c2ln;`],
    ['one whose header begins with a blank', Buffer.from(' { "alg":"none"}').toString('base64url')],
  ])('refuses %s', (_, text) => {
    expect(carriesToken(text)).toBe(true)
  })

  it.each([
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
    'spiffe://prod.example/ns/ci/sa/runner',
    'ewallet-service.payments.example',
    'https://as.example.com',
    'bearer-tests',
    '',
  ])('takes %s', (text) => {
    expect(carriesToken(text)).toBe(false)
  })
})
