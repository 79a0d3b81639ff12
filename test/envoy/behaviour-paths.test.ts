/**
 * A14, A15: the path that is decided on against the path that is served, under every setting by which Envoy may rewrite one
 * into the other. `/admin` demands a bound token, all else is open; whatever spelling reaches the application under
 * `/admin`, as any usual server reads it, must have been decided as `/admin`.
 */
import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { echoOf, sendHonest } from '../support/honest.ts'
import { type Lab, type ListenerWish, startLab } from '../support/lab.ts'
import { AUDIENCE, type Holder, makeHolder, routeOf } from '../support/parties.ts'
import { fieldsOf, sendRaw } from '../support/raw-http.ts'

const ACTIONS = ['KEEP_UNCHANGED', 'REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD'] as const

const SETTINGS: readonly ListenerWish[] = [true, false].flatMap((normalize) =>
  [true, false].flatMap((merge) =>
    ACTIONS.map((action) => ({
      name: `${normalize ? 'normalize' : 'raw'}-${merge ? 'merge' : 'keep'}-${action.toLowerCase()}`,
      manager: (manager) => {
        manager['normalize_path'] = normalize
        manager['merge_slashes'] = merge
        manager['path_with_escaped_slashes_action'] = action
      },
    })),
  ),
)

/** Ways to write `/admin`, or to look as if. One char is one octet. */
const TRICKS = [
  '/admin',
  '/admin/',
  '/admin/x',
  '/admin/x?a=/open',
  '/admin?/../open',
  '//admin/x',
  '///admin//x',
  '/open//admin/x',
  '/open/../admin/x',
  '/open/..//admin/x',
  '/open//../admin/x',
  '/open/./../admin/x',
  '/open/.//..//admin/x',
  '/./admin/x',
  '/.//admin/x',
  '/../admin/x',
  '/../../admin/x',
  '/%61dmin/x',
  '/%61%64%6d%69%6e/x',
  '/adm%69n/x',
  '/%2561dmin/x',
  '/open/%2e%2e/admin/x',
  '/open/%2E%2E/admin/x',
  '/open/.%2e/admin/x',
  '/open/%2e./admin/x',
  '/open/%252e%252e/admin/x',
  '/open/%2e%2e%2fadmin/x',
  '/open/..%2fadmin%2fx',
  '/open/..%2Fadmin/x',
  '/open/..%5cadmin/x',
  '/open/..%5Cadmin\\x',
  '/open\\..\\admin\\x',
  '/open/..\\admin/x',
  '\\admin\\x',
  '/\\admin/x',
  '/admin\\x',
  '/admin%2fx',
  '/admin%5cx',
  '/%2fadmin/x',
  '/%2Fadmin%2Fx',
  '%2fadmin/x',
  '/admin;v=1/x',
  '/;v=1/admin/x',
  '/open/..;/admin/x',
  '/open;/..;v=1/admin/x',
  '/open/%2e%2e%3b/admin/x',
  '/ADMIN/x',
  '/Admin/x',
  '/%41dmin/x',
  '/admin/%2e%2e/admin/x',
  '/admin%00/x',
  '/admin%20/x',
  '/admin%09/x',
  '/admin/x%zz',
  '/admin%',
  '/admin\xe9',
  '/%c0%afadmin/x',
  '/open/%c0%ae%c0%ae/admin/x',
  '/admin#/x',
  '/open/#/../admin/x',
  '/open/../../../../admin/x',
  '/open/a/b/../../../admin/x',
  'http://localhost/admin/x',
  'http:///admin/x',
  '*',
  'admin/x',
] as const

/** How servers read a path: each reading of what the application got, computed without any code of ours. */
function readings(path: string): string[] {
  const [text = ''] = path.split(/[?#]/, 1)
  const once = [text, decoded(text), decoded(decoded(text))]
  const bare = once.flatMap((one) => [one, one.replaceAll(/;[^/]*/g, '')])
  const slashed = bare.flatMap((one) => [one, one.replaceAll('\\', '/')])
  const merged = slashed.flatMap((one) => [
    one,
    posix.normalize(one),
    new URL(`http://h/${one.replace(/^\//, '')}`).pathname,
  ])
  return merged.flatMap((one) => [one, one.toLowerCase()])
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function isProtected(path: string): boolean {
  return readings(path).some((reading) => /^\/+admin(?:\/|$)/.test(reading))
}

let lab: Lab
let holder: Holder

beforeAll(async () => {
  lab = await startLab({
    listeners: SETTINGS,
    config: { log: { decisions: 'none' } },
    routes: (authority) =>
      SETTINGS.flatMap(({ name }) => [
        routeOf(`${name}/open`, authority(name), '/', { mode: 'off' }),
        routeOf(`${name}/admin`, authority(name), '/admin', { nonce: 'required' }),
      ]),
  })
  holder = await makeHolder(lab.parties, { aud: AUDIENCE })
})
afterAll(() => lab?.stop())

it('the tricks are tricks: all but these few are read as a path under /admin by some usual server', () => {
  expect(TRICKS.filter((target) => !isProtected(target))).toEqual([
    '/open//admin/x',
    '/admin%00/x',
    '/admin%20/x',
    '/admin%',
    '/admin\xe9',
    '/%c0%afadmin/x',
    '/open/%c0%ae%c0%ae/admin/x',
    '/open/#/../admin/x',
    'http://localhost/admin/x',
    'http:///admin/x',
    '*',
  ])
})

describe.each(SETTINGS)('$name', ({ name }) => {
  it('A15 no spelling brings a naked request to the application under /admin', async () => {
    const before = lab.reached.length
    const received = await Promise.all(TRICKS.map((target) => sendRaw(lab.where(name), { target })))
    const served = lab.reached.slice(before).map(({ path }) => path)
    expect(served.filter(isProtected)).toEqual([])
    expect(served.length).toBe(received.filter(({ status }) => status === 200).length)
    const statuses = new Set(received.map(({ status }) => status))
    expect([200, 307, 400, 401, 403, 404]).toEqual(expect.arrayContaining([...statuses]))
  })

  it('A15 an open path is served, the protected one with its proof, and the plain refusals are ours', async () => {
    expect((await sendRaw(lab.where(name), { target: '/open/x?y=/admin' })).status).toBe(200)
    expect((await sendRaw(lab.where(name), { target: '/administrator' })).status).toBe(200)
    const refused = await sendRaw(lab.where(name), { target: '/admin/x' })
    expect([refused.status, fieldsOf(refused, 'x-holdfast-decision').length]).toEqual([401, 1])
    expect((await sendHonest(lab, name, holder, { target: '/admin/x' })).status).toBe(200)
  })

  it('A15 a proof is good for what the application receives, and for nothing else', async () => {
    const paths = [
      '/admin/a',
      '/admin/a/',
      '/admin//a',
      '/admin/%61',
      '/admin/b/../a',
      '/admin/b/%2e%2e/a',
      '/admin/%7Ea',
      '/admin/a%20b',
      '/admin/A',
    ]
    const [nonce] = fieldsOf(await sendHonest(lab, name, holder, { target: '/admin/x' }), 'dpop-nonce')
    const allowed: string[] = []
    for (const signed of paths) {
      for (const target of paths) {
        const received = await sendHonest(lab, name, holder, { target, signed, ...(nonce && { nonce }) })
        if (received.status !== 200) continue
        allowed.push(`${signed} ${target}`)
        expect([signed, normal(echoOf(received).path)]).toEqual([signed, normal(signed)])
      }
    }
    expect(allowed).toEqual(
      expect.arrayContaining([
        '/admin/a /admin/a',
        '/admin/a/ /admin/a/',
        '/admin/%7Ea /admin/%7Ea',
        '/admin/a%20b /admin/a%20b',
      ]),
    )
    expect(allowed).not.toContain('/admin/a /admin/A')
  })
})

/** RFC 3986 §6.2.2 by the URL class, which leaves unreserved octets encoded. The paths here hold no backslash. */
function normal(path: string): string {
  return new URL(`http://h${path}`).pathname.replace(/%(?:[46][1-9a-f]|[57][0-9a]|3[0-9]|2d|2e|5f|7e)/gi, decoded)
}
