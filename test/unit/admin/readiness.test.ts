import { describe, expect, it } from 'vitest'
import { makeReadiness } from '../../../src/admin/readiness.ts'

const up = { ready: true, detail: 'fine' }
const down = { ready: false, detail: 'shutting down' }

describe('readiness', () => {
  it('is ready once every awaited component is', () => {
    const readiness = makeReadiness(['config', 'store'])
    expect(readiness.ready()).toBe(false)
    readiness.set('config', up)
    expect(readiness.ready()).toBe(false)
    readiness.set('store', up)
    expect(readiness.ready()).toBe(true)
  })

  it('ends when any component ends, going down included', () => {
    const readiness = makeReadiness(['config', 'shutdown'])
    readiness.set('config', up)
    readiness.set('shutdown', up)
    readiness.set('shutdown', down)
    expect(readiness.ready()).toBe(false)
    expect(readiness.components().get('shutdown')).toEqual(down)
  })

  it('takes new components, and forgets those that the configuration lost', () => {
    const readiness = makeReadiness(['config'])
    readiness.set('config', up)
    readiness.set('jwks:https://as.example.com', down)
    expect(readiness.ready()).toBe(false)
    readiness.remove('jwks:https://as.example.com')
    expect(readiness.ready()).toBe(true)
    expect([...readiness.components().keys()]).toEqual(['config'])
  })

  it('tells a change of readiness, not of words, until the listener leaves', () => {
    const readiness = makeReadiness(['config'])
    let calls = 0
    const stop = readiness.onChange(() => calls++)
    readiness.set('config', up)
    readiness.set('config', { ready: true, detail: 'the last reload failed' })
    expect(calls).toBe(1)
    readiness.set('config', down)
    readiness.remove('config')
    expect(calls).toBe(3)
    readiness.remove('config')
    expect(calls).toBe(3)
    stop()
    readiness.set('config', up)
    expect(calls).toBe(3)
  })
})
