import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from '../../../../src/adapters/redis/redis-url.ts'

const PLAIN = { masterName: '', username: undefined, password: undefined, database: 0, tls: false }

describe('the URL of the store', () => {
  it.each([
    ['redis://127.0.0.1', { ...PLAIN, kind: 'single', addresses: [{ host: '127.0.0.1', port: 6379 }] }],
    ['redis://h:1/3', { ...PLAIN, kind: 'single', addresses: [{ host: 'h', port: 1 }], database: 3 }],
    ['rediss://[::1]:7000', { ...PLAIN, kind: 'single', addresses: [{ host: '::1', port: 7000 }], tls: true }],
    ['redis://:p%40ss@h', { ...PLAIN, kind: 'single', addresses: [{ host: 'h', port: 6379 }], password: 'p@ss' }],
    [
      'rediss+cluster://u:p@a:1,b:2',
      {
        ...PLAIN,
        kind: 'cluster',
        addresses: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        username: 'u',
        password: 'p',
        tls: true,
      },
    ],
    [
      'redis+sentinel://a,b:2/main',
      {
        ...PLAIN,
        kind: 'sentinel',
        addresses: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 2 },
        ],
        masterName: 'main',
      },
    ],
  ])('%s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected)
  })

  it.each([
    'http://h',
    'redis://',
    'redis://a,b',
    'redis://h:0',
    'redis://h:65536',
    'redis://h/one',
    'redis://user@h',
    'redis://:%zz@h',
    'redis+sentinel://a:1',
    'redis+cluster://a:1/0',
    'redis+cluster://a:1,',
    'redis://h?x=1',
    ' redis://h',
  ])('%s is none', (url) => {
    expect(parseRedisUrl(url)).toBeUndefined()
  })
})
