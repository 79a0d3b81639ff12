import { describe, expect, test } from 'vitest'
import { HELMS, render } from '../support/helm.ts'

const STANDALONE = 'ci/standalone-values.yaml'

/** Values that are wrong in one way, and what Helm's message must name. */
const WRONG: readonly (readonly [what: string, values: object, names: readonly string[]])[] = [
  ['an unknown key at the top', { replicas: 3 }, ['replicas']],
  ['an unknown key further down', { service: { prot: 9191 } }, ['service', 'prot']],
  ['a mistyped key of the server', { config: { server: { deadlineMS: 100 } } }, ['config', 'server', 'deadlineMS']],
  [
    'a mistyped key in a route',
    {
      config: { routes: [{ name: 'a', match: { authority: 'a' }, origin: 'https://a', audience: 'a', bindings: {} }] },
    },
    ['config', 'routes', '0', 'bindings'],
  ],
  [
    'a key of the server that must be there',
    { config: { routes: [{ name: 'a' }] } },
    ['config', 'routes', '0', 'origin'],
  ],
  ['text for a number', { replicaCount: 'three' }, ['replicaCount', 'integer']],
  ['a number out of bounds', { service: { port: 70_000 } }, ['service', 'port', '535']],
  ['a mode that is none', { mode: 'daemonset' }, ['mode']],
  ['a value of the server that is none', { config: { store: { kind: 'memcached' } } }, ['config', 'store', 'kind']],
  ['a pull policy that is none', { image: { pullPolicy: 'Sometimes' } }, ['image', 'pullPolicy']],
  ['a digest that is none', { image: { digest: 'sha256:12' } }, ['image', 'digest']],
  ['root as the user', { pod: { runAsUser: 0 } }, ['pod', 'runAsUser']],
  ['a mesh that is none', { mesh: { kind: 'linkerd' } }, ['mesh', 'kind']],
  ['an inline secret beside a reference', { secrets: { nonce: { value: 'x' } } }, ['secrets', 'nonce', 'value']],
  ['a list for a mapping', { commonLabels: ['a'] }, ['commonLabels', 'object']],
  ['a number as a label', { commonLabels: { team: 7 } }, ['commonLabels', 'team', 'string']],
]

describe.each(HELMS)('$name names what is wrong in the values', (helm) => {
  test.each(WRONG)('%s', async (_, values, names) => {
    const refused = await render(helm, { values: [STANDALONE, values] })
    if (refused.ok) throw new Error('was rendered')
    expect(refused.error).toMatch(/don't meet the specifications of the schema/)
    for (const name of names) expect(refused.error).toContain(name)
  })

  test('the same values with nothing wrong render', async () => {
    expect(await render(helm, { values: [STANDALONE, { global: { anything: { goes: 1 } } }] })).toMatchObject({
      ok: true,
    })
  })
})
