import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { CLIENT_SECRET_KEY, knowsClientSecret } from '../../../src/transport/client-secret.ts'

function metadata(...values: readonly string[]): Metadata {
  const made = new Metadata()
  for (const value of values) made.add(CLIENT_SECRET_KEY, value)
  return made
}

describe('server.clientSecret', () => {
  it('takes the one right value', () => {
    expect(knowsClientSecret(metadata('secret'), 'secret')).toBe(true)
  })

  it.each([
    ['none', []],
    ['an empty one', ['']],
    ['another', ['secreT']],
    ['a beginning', ['secre']],
    ['a longer one', ['secret ']],
    ['two, the first right', ['secret', 'x']],
    ['two, both right', ['secret', 'secret']],
    ['two joined', ['secret, secret']],
  ] as [string, string[]][])('refuses %s', (_, values) => {
    expect(knowsClientSecret(metadata(...values), 'secret')).toBe(false)
  })

  it('takes any caller where no secret is demanded, and none where it is empty', () => {
    expect(knowsClientSecret(metadata(), undefined)).toBe(true)
    expect(knowsClientSecret(metadata(), '')).toBe(false)
  })
})
