import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathReadings } from '../../../src/check/path-readings.ts'
import type { RequestFacts } from '../../../src/check/request-facts.ts'
import type { RouteMatch } from '../../../src/check/route-plan.ts'
import { findRoute, findRouteFaults, makeRouteTable } from '../../../src/check/routes.ts'
import { routePlan } from '../../support/check-world.ts'
import { factsOf, honest } from '../../support/request.ts'

function plan(
  name: string,
  kind: 'exact' | 'prefix',
  value: string,
  methods?: readonly string[],
  authority = 'a.example',
) {
  const match: RouteMatch = {
    authorities: [authority],
    path: { kind, value },
    methods: methods === undefined ? undefined : new Set(methods),
  }
  return routePlan({ name, match, origin: 'https://a.example' })
}

const routes = [
  plan('rest', 'prefix', '/'),
  plan('admin', 'prefix', '/admin'),
  plan('deep', 'prefix', '/admin/users'),
  plan('health', 'exact', '/healthz'),
  plan('write', 'prefix', '/files', ['PUT', 'POST']),
  plan('files', 'prefix', '/files'),
  plan('other', 'prefix', '/only', undefined, 'b.example:8443'),
]
const table = makeRouteTable(routes)

function route(path: string, more: Partial<RequestFacts> = {}): string {
  const facts = factsOf({ ...honest(), authority: 'a.example', facts: { path, ...more } })
  const found = findRoute(facts, table)
  return found.ok ? found.value.name : found.error.reason
}

describe('routes by authority and path', () => {
  it.each([
    ['/', 'rest'],
    ['/x', 'rest'],
    ['/x?y=/admin', 'rest'],
    ['/admin', 'admin'],
    ['/admin?x', 'admin'],
    ['/admin/', 'admin'],
    ['/admin/x', 'admin'],
    ['/admin/users/7', 'deep'],
    ['/administrator', 'rest'],
    ['/healthz', 'health'],
    ['/healthz/x', 'rest'],
    ['/files/A%20B.txt', 'files'],
    ['/caf%C3%A9', 'rest'],
    ['/%E0%A4%A8/%F0%9F%94%92', 'rest'],
    ['/.well-known/x', 'rest'],
    ['/X/Y', 'rest'],
  ])('%s is taken by %s', (path, name) => expect(route(path)).toBe(name))

  it('methods choose between routes of one path, case-sensitively', () => {
    expect(route('/files/1', { method: 'PUT' })).toBe('write')
    expect(route('/files/1', { method: 'put' })).toBe('files')
  })

  it.each([
    ['a.example:443', 'rest'],
    ['A.Example', 'rest'],
    ['a.example:80', 'route_unknown'],
    ['a.example:8443', 'route_unknown'],
    ['a.example.', 'route_unknown'],
    ['user@a.example', 'route_unknown'],
    ['a.example,b.example', 'route_unknown'],
    ['', 'route_unknown'],
  ])('A13 authority "%s": %s', (authority, name) => expect(route('/x', { authority })).toBe(name))

  it('an authority with a port is another one than without', () => {
    expect(route('/only', { authority: 'b.example:8443' })).toBe('other')
    expect(route('/only', { authority: 'b.example' })).toBe('route_unknown')
  })
})

describe('no spelling of a path reaches a weaker route (A14, A15)', () => {
  it.each([
    '/x/../admin',
    '/x/%2e%2e/admin',
    '/x/%2E%2e/admin',
    '/x/..%2fadmin',
    '/x%2f..%2fadmin',
    '/x/..\\admin',
    '/x/..%5cadmin',
    '//admin',
    '/%2fadmin',
    '/./admin',
    '/;x/admin',
    '/admin;v=1',
    '/x/..;/admin',
    '/Admin',
    '/ADMIN/users',
    '/%61dmin',
    '/%2561dmin',
    '/x/%252e%252e/admin',
    '/admin%2fx',
    '/admin//users/../x',
    '/healthz/',
    '/HEALTHZ',
    '/x\u0000',
    '/x%00',
    '/x%0aadmin',
    '/x/%c0%ae%c0%ae/admin',
    '/x/..%c0%afadmin',
    '/x/..%e0%80%afadmin',
    '/x/%f0%80%80%ae./admin',
    'https://a.example/admin',
    '*',
    '',
    'admin',
    '/x#/admin',
  ])('%s: refused, or taken by the route of the plain path', (path) => {
    expect(['route_unknown', 'admin']).toContain(route(path))
  })

  it.each(['/x/../admin', '/x/..%2fadmin', '/Admin', '//admin', '/x;/../admin', '/%61dmin', '/healthz/'])(
    '%s is refused, not given to the rest',
    (path) => expect(route(path)).toBe('route_unknown'),
  )

  it('a path of a thousand encodings costs no more than a bound, and is refused', () => {
    const nested = `/x%${'25'.repeat(4000)}2e`
    expect(route(nested)).toBe('route_unknown')
  })

  it('property: what any mix of decoding, merging, cutting and folding makes of a path stays on its route', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      'admin',
      'Admin',
      'x',
      '..',
      '.',
      '%2e%2e',
      '%2f',
      '\\',
      '%5c',
      ';v',
      '%61',
      '%252f',
      'users',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`
        const name = route(path)
        if (name === 'route_unknown') return
        for (const reading of pathReadings(path) ?? []) {
          const again = route(reading.text)
          expect([name, 'route_unknown']).toContain(again)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('which of two routes is more specific', () => {
  const first = (...list: Parameters<typeof plan>[]): string[] => {
    const plans = list.map((args) => plan(...args))
    return [...(makeRouteTable(plans).byAuthority.get('a.example') ?? [])].map(({ name }) => name)
  }

  it('the longer path, then exact before prefix, then methods before all, in whatever order they stand', () => {
    const list: Parameters<typeof plan>[] = [
      ['all', 'prefix', '/x'],
      ['exact', 'exact', '/x'],
      ['put', 'prefix', '/x', ['PUT']],
      ['long', 'prefix', '/x/y'],
    ]
    expect(first(...list)).toEqual(['long', 'exact', 'put', 'all'])
    expect(first(...[...list].reverse())).toEqual(['long', 'exact', 'put', 'all'])
  })

  it('names in capitals are taken as configured, other spellings are not', () => {
    const capitals = makeRouteTable([plan('rest', 'prefix', '/'), plan('users', 'prefix', '/Users')])
    const name = (path: string) => {
      const found = findRoute(factsOf({ ...honest(), authority: 'a.example', facts: { path } }), capitals)
      return found.ok ? found.value.name : found.error.reason
    }
    expect(name('/Users/7')).toBe('users')
    expect(name('/users/7')).toBe('rest')
    expect(name('/USERS/7')).toBe('route_unknown')
  })

  it('an exact path with a trailing slash is reached with it', () => {
    const table = makeRouteTable([plan('rest', 'prefix', '/'), plan('folder', 'exact', '/folder/')])
    const found = findRoute(factsOf({ ...honest(), authority: 'a.example', facts: { path: '/folder/' } }), table)
    expect(found.ok && found.value.name).toBe('folder')
  })

  it('the default port follows the scheme of the origin', () => {
    const match: RouteMatch = {
      authorities: ['a.example', 'b.example:8080'],
      path: { kind: 'prefix', value: '/' },
      methods: undefined,
    }
    const http = makeRouteTable([routePlan({ name: 'http', match, origin: 'http://a.example' })])
    expect([...http.byAuthority.keys()]).toEqual(['a.example', 'a.example:80', 'b.example:8080'])
  })
})

describe('a route by name (context_extensions.holdfast_route)', () => {
  it('is taken when its own match holds', () => expect(route('/admin/x', { routeName: 'rest' })).toBe('rest'))
  it('is refused when its match does not hold', () => expect(route('/x', { routeName: 'admin' })).toBe('route_unknown'))
  it('is refused when only one reading holds', () =>
    expect(route('/admin/../x', { routeName: 'admin' })).toBe('route_unknown'))
  it('is refused for another authority', () => expect(route('/only', { routeName: 'other' })).toBe('route_unknown'))
  it('is refused when unknown or empty', () => {
    expect(route('/x', { routeName: 'nobody' })).toBe('route_unknown')
    expect(route('/x', { routeName: '' })).toBe('route_unknown')
  })
})

describe('faults of the configured routes', () => {
  it('none in a good table', () => expect(findRouteFaults(routes)).toEqual([]))

  it.each([
    ['the same path twice', [plan('a', 'prefix', '/x'), plan('b', 'prefix', '/x')], 1, 'same requests as route "a"'],
    [
      'methods that overlap',
      [plan('a', 'prefix', '/x', ['GET', 'PUT']), plan('b', 'prefix', '/x', ['PUT'])],
      1,
      'route "a"',
    ],
    ['paths that differ in case only', [plan('a', 'prefix', '/x'), plan('b', 'prefix', '/X')], 1, 'cannot be reached'],
  ])('%s', (_title, list, index, text) => {
    const faults = findRouteFaults(list)
    expect(faults.map((fault) => fault.index)).toContain(index)
    expect(faults.map((fault) => fault.message).join()).toContain(text)
  })

  it('says which route takes its place, and what to do', () => {
    const faults = findRouteFaults([plan('a', 'prefix', '/x'), plan('b', 'prefix', '/X')])
    expect(faults).toHaveLength(1)
    expect(faults[0]?.message).toMatch(/cannot be reached, .*; /)
  })

  it('routes that share one of several authorities, or one of several methods, are told', () => {
    const shared = {
      ...plan('b', 'prefix', '/x'),
      match: { ...plan('b', 'prefix', '/x').match, authorities: ['c.example', 'a.example'] },
    }
    expect(findRouteFaults([plan('a', 'prefix', '/x'), shared])).toHaveLength(1)
    expect(
      findRouteFaults([plan('a', 'prefix', '/x', ['GET']), plan('b', 'prefix', '/x', ['PUT', 'GET'])]),
    ).toHaveLength(1)
  })

  it('a prefix and an exact path of one text, or methods beside all methods, are no fault', () => {
    expect(findRouteFaults([plan('a', 'prefix', '/x'), plan('b', 'exact', '/x')])).toEqual([])
    expect(findRouteFaults([plan('a', 'prefix', '/x'), plan('b', 'prefix', '/x', ['GET'])])).toEqual([])
  })

  it('the same path at different authorities or with other methods is no fault', () => {
    expect(findRouteFaults([plan('a', 'prefix', '/x'), plan('b', 'prefix', '/x', undefined, 'b.example')])).toEqual([])
    expect(findRouteFaults([plan('a', 'prefix', '/x', ['GET']), plan('b', 'prefix', '/x', ['PUT'])])).toEqual([])
  })
})
