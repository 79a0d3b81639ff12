import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { injectManifests } from '../../../src/inject/inject.ts'
import { expectedPod, faultsOf, injected, read, SIDECAR, sidecarFrom, type Tree } from './manifests.ts'

const POD_SPEC = { containers: [{ name: 'app', image: 'app:1' }] }
const template = (spec: object = POD_SPEC) => ({ metadata: { labels: { app: 'a' } }, spec })
const workload = (apiVersion: string, kind: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: 'a' },
  spec,
})

describe('which manifests get the sidecar', () => {
  test.each([
    ['Deployment', 'apps/v1'],
    ['StatefulSet', 'apps/v1'],
    ['DaemonSet', 'apps/v1'],
    ['ReplicaSet', 'apps/v1'],
    ['ReplicationController', 'v1'],
    ['Job', 'batch/v1'],
  ])('%s', (kind, apiVersion) => {
    const [told] = read(injected(stringify(workload(apiVersion, kind, { template: template() }))))
    expect(told).toEqual(workload(apiVersion, kind, { template: expectedPod(template()) }))
  })

  test('Pod', () => {
    const pod = workload('v1', 'Pod', POD_SPEC)
    expect(read(injected(stringify(pod)))).toEqual([expectedPod(pod)])
  })

  test('CronJob', () => {
    const cron = (pod: object) => workload('batch/v1', 'CronJob', { jobTemplate: { spec: { template: pod } } })
    expect(read(injected(stringify(cron(template()))))).toEqual([cron(expectedPod(template()))])
  })

  test('items of a List, and of a PodList that leave out their kind', () => {
    const [config, pod] = [workload('v1', 'ConfigMap', {}), workload('v1', 'Pod', POD_SPEC)]
    const list = { apiVersion: 'v1', kind: 'List', items: [config, pod] }
    expect(read(injected(stringify(list)))).toEqual([{ ...list, items: [config, expectedPod(pod)] }])
    const bare = { metadata: { name: 'a' }, spec: POD_SPEC }
    const pods = { apiVersion: 'v1', kind: 'PodList', items: [bare, structuredClone(bare)] }
    expect(read(injected(stringify(pods)))).toEqual([{ ...pods, items: [expectedPod(bare), expectedPod(bare)] }])
  })

  test.each([
    ['other kinds', 'apiVersion: v1\nkind:   ConfigMap   # as it is\ndata: {a: 0644, b: yes}\n'],
    [
      'a kind of that name in another group',
      stringify(workload('example.com/v1', 'Deployment', { template: template() })),
    ],
    ['a list of something else', 'apiVersion: example.com/v1\nkind: AllowList\nitems: [a, b]\n'],
    ['an empty list', 'apiVersion: v1\nkind: List\nitems:\n'],
    ['no documents', ''],
    ['empty documents and comments', '# nothing\n---\n---\n# here\n...\n---\n'],
    [
      'a pod that says no',
      stringify({ ...workload('v1', 'Pod', POD_SPEC), metadata: { labels: { 'holdfast.io/inject': 'false' } } }),
    ],
  ])('%s: byte for byte as it was', (_, source) => {
    expect(injected(source)).toBe(source)
  })
})

describe('what stays as it was', () => {
  const SOURCE = `# the payments service
apiVersion: apps/v1
kind: "Deployment"   # quoted
metadata:
    name: payments
spec:
    paused: no
    template:
        metadata:
            # of the pod
            labels:
                app: 'payments'
        spec:
            # what runs
            containers:
            -   name: app
                image: app:1   # pinned
            volumes:
            # files
            - name: files
              configMap: { name: files, defaultMode: 0644 }
---
apiVersion: v1
kind: Service
`

  test('every line, in its order: only lines are added', () => {
    const rest = injected(SOURCE).split('\n')
    for (const line of SOURCE.split('\n')) {
      const at = rest.indexOf(line)
      expect(at, line).not.toBe(-1)
      rest.splice(0, at + 1)
    }
  })

  test('a comment stays above what it is about', () => {
    const text = injected(SOURCE)
    expect(text).toContain('# what runs\n            containers:')
    expect(text).toContain('# files\n            - name: files')
    expect(text).toContain('injected: "true"\n                app: \'payments\'')
  })

  test('a second time changes nothing', () => {
    expect(injected(injected(SOURCE))).toBe(injected(SOURCE))
  })

  test('line ends of Windows are kept', () => {
    const text = injected(SOURCE.replaceAll('\n', '\r\n'))
    expect(text.replaceAll('\r\n', '\n')).toBe(injected(SOURCE))
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test.each([
    ['JSON', JSON.stringify(workload('v1', 'Pod', POD_SPEC))],
    [
      'JSON for people',
      JSON.stringify(workload('v1', 'Pod', { ...POD_SPEC, initContainers: [], volumes: [{ name: 'v' }] }), null, 2),
    ],
    [
      'JSON with tabs',
      JSON.stringify(workload('v1', 'Pod', { ...POD_SPEC, initContainers: [{ name: 'i' }] }), null, '\t'),
    ],
  ])('%s stays JSON', (_, source) => {
    expect(JSON.parse(injected(source))).toEqual(expectedPod(JSON.parse(source)))
  })

  test.each([
    ['lists that say nothing', 'initContainers:\n  volumes: ~   # none\n  '],
    ['lists that say null', 'initContainers: null\n  volumes:\n  '],
    ['empty lists', 'initContainers: []\n  volumes: [ ]\n  '],
    ['lists in one line', 'initContainers: [{name: i}]\n  volumes: [{name: v, emptyDir: {}}]\n  '],
    ['lists as deep as their key', 'initContainers:\n  - name: i\n  volumes:\n  -\n    name: v\n  '],
  ])('%s', (_, lists) => {
    const source = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  ${lists}containers: [{name: app}]\n`
    const clean = (pod: Tree) => ({
      ...pod,
      spec: Object.fromEntries(Object.entries(pod.spec).filter(([, v]) => v !== null)),
    })
    expect(read(injected(source))).toEqual([expectedPod(clean(read(source)[0]))])
  })

  test.each([
    ['no metadata', 'spec:'],
    ['empty metadata', 'metadata:\nspec:'],
    ['metadata {}', 'metadata: {}\nspec:'],
    ['no labels', 'metadata:\n  name: a\nspec:'],
    ['labels null', 'metadata:\n  labels: null\nspec:'],
    ['labels {}', 'metadata:\n  labels: {}\nspec:'],
  ])('%s: the label is there', (_, head) => {
    const [pod] = read(injected(`apiVersion: v1\nkind: Pod\n${head} {containers: [{name: app}]}\n`))
    expect(pod.metadata.labels).toEqual(SIDECAR.labels)
  })

  test('any pod in any style reads as it did, and the sidecar is there', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/)
    const text = fc.oneof(name, fc.constantFrom('yes', '0644', '1e3', '12:30:45', '# no', "it's", 'a: b', '', '~', '{'))
    const container = fc.record({ name, args: fc.array(text, { maxLength: 3 }) }, { requiredKeys: ['name'] })
    const spec = fc.record(
      {
        containers: fc.array(container, { minLength: 1, maxLength: 2 }),
        initContainers: fc.array(container, { maxLength: 2 }),
        volumes: fc.array(fc.record({ name, emptyDir: fc.constant({}) }), { maxLength: 2 }),
        hostname: text,
      },
      { requiredKeys: ['containers'] },
    )
    const metadata = fc.record({ name, labels: fc.dictionary(name, text, { maxKeys: 2 }) }, { requiredKeys: ['name'] })
    const pod = fc.record({ metadata, spec }, { requiredKeys: ['spec'] })
    const style = fc.record({ indent: fc.integer({ min: 1, max: 5 }), indentSeq: fc.boolean(), flow: fc.boolean() })
    fc.assert(
      fc.property(pod, style, ({ metadata: own, spec: told }, { indent, indentSeq, flow }) => {
        const manifest = { apiVersion: 'v1', kind: 'Pod', ...(own === undefined ? {} : { metadata: own }), spec: told }
        const settings = { version: '1.1', indent, indentSeq, collectionStyle: flow ? 'flow' : 'any' } as const
        expect(read(injected(stringify(manifest, settings)))).toEqual([expectedPod(manifest)])
      }),
      { numRuns: 300 },
    )
  })
})

describe('bad input: each fault with its place, and nothing comes out', () => {
  const pod = (spec: string, metadata = '{name: a}') =>
    `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec: ${spec}\n`

  test.each([
    ['YAML that is broken', 'a: 1\n---\nb: [1\nc: 2\n', /^4:1: is no YAML: /],
    ['a key that stands twice', 'apiVersion: v1\nkind: Pod\nkind: Pod\n', /^3:1: is no YAML: Map keys must be unique/],
    ['JSON that is broken', '{"apiVersion": "v1",\n "kind": }}', /^2:\d+: is no YAML: /],
    ['a text', 'hello\n', /^1:1: is no manifest: it is no mapping/],
    ['a list', '- a\n', /^1:1: is no manifest: it is no mapping/],
    ['no kind', '---\napiVersion: v1\nmetadata: {}\n', /^2:1: is no manifest: kind is not set$/],
    ['no apiVersion', 'kind: Pod\n', /^1:1: is no manifest: apiVersion is not set$/],
    [
      'an item that is no manifest',
      'apiVersion: v1\nkind: List\nitems:\n- {a: 1}\n',
      /^4:3: is no manifest: apiVersion is not set$/,
    ],
    ['a pod without a spec', 'apiVersion: v1\nkind: Pod\n', /^1:1: Pod\/\(no name\): spec: is no mapping$/],
    [
      'a Deployment without a template',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {}\n',
      /^4:7: Deployment\/x: spec\.template: is no mapping$/,
    ],
    ['a pod without containers', pod('{}'), /^4:7: Pod\/a: the pod has no list of containers$/],
    ['an alias on the way', `x: &x {containers: []}\n${pod('*x')}`, /^1:1: Pod\/a: spec: an alias stands/],
    ['an anchor on the way', pod('&x {containers: [], y: 1}'), /^4:\d+: Pod\/a: the anchor &x stands/],
    ['a merge key on the way', `x: &x {a: b}\n${pod('{<<: *x, containers: []}')}`, /Pod\/a: a merge key \(<<\) stands/],
    ['an alias without an anchor', pod('{containers: [], dnsPolicy: *none}'), /no YAML|an alias has no anchor/],
    [
      'a container of our name',
      pod('{containers: [{name: holdfast}]}'),
      /^4:7: Pod\/a: a container of the application has the name holdfast/,
    ],
    [
      'a volume of our name',
      pod('{containers: [], volumes: [{name: holdfast-config}]}'),
      /^4:7: Pod\/a: a volume has the name holdfast-config/,
    ],
    ['hostNetwork', pod('{containers: [], hostNetwork: yes}'), /^4:7: Pod\/a: hostNetwork: true would let others/],
    ['hostPID', pod('{containers: [], hostPID: true}'), /hostPID: true would let others/],
    [
      'shareProcessNamespace',
      pod('{containers: [], shareProcessNamespace: true}'),
      /shareProcessNamespace: true would/,
    ],
    ['bytes that are no UTF-8', `${pod('{containers: []}')}# \ufffd\n`, /^5:3: is no UTF-8$/],
  ])('%s', (_, source, fault) => {
    expect(faultsOf(source)[0]).toMatch(fault)
  })

  test('all faults at once, with the good pods between them unwritten', () => {
    const source = [pod('{}'), pod('{containers: []}'), pod('{containers: [], hostPID: true}')].join('---\n')
    expect(faultsOf(source).map((fault) => fault.split(': ')[0])).toEqual(['4:7'])
    const later = [
      pod('{containers: [{name: holdfast}]}'),
      pod('{containers: []}'),
      pod('{containers: [], hostPID: true}'),
    ]
    expect(faultsOf(later.join('---\n')).map((fault) => fault.split(': ')[0])).toEqual(['4:7', '14:7'])
  })

  test('an alias elsewhere is nobody else’s business', () => {
    const source = pod('{containers: [{name: app, env: &e [{name: A, value: b}]}, {name: two, env: *e}]}')
    expect(read(injected(source))).toEqual([expectedPod(read(source)[0])])
  })
})

describe('a pod that has a container of that name', () => {
  const once = injected(stringify(workload('v1', 'Pod', POD_SPEC)))

  test('the same: left, and not told of', () => {
    expect(injectManifests(once, SIDECAR)).toEqual({ ok: true, text: once, injected: [], different: [] })
  })

  test.each([
    ['another image', once.replace('holdfast:1.2.3', 'holdfast:0.9.0')],
    ['another volume', once.replace('sizeLimit: 1Mi', 'sizeLimit: 2Mi')],
  ])('%s: left, and told of', (_, source) => {
    expect(injectManifests(source, SIDECAR)).toEqual({ ok: true, text: source, injected: [], different: ['Pod/a'] })
  })

  test('what it is told of by: the values, not the name', () => {
    const other = sidecarFrom({ image: { tag: '9' } })
    expect(injectManifests(once, other)).toMatchObject({ ok: true, text: once, different: ['Pod/a'] })
  })
})
