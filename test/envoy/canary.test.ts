/** docs/migration.md step 3: a share of the requests that the runtime of Envoy can change, from none to all and back. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readDocument } from '../docs/documents.ts'
import { startEnvoy, type TestEnvoy } from '../support/envoy.ts'
import type { Node } from '../support/lab.ts'
import { freePort } from '../support/ports.ts'
import { sendRaw } from '../support/raw-http.ts'
import { partsOf, readEnvoyFile } from '../unit/doctor/envoy-world.ts'

/** Nobody answers for Holdfast: a request that is asked about is a 503, one that is left out reaches the service. */
const [CHECKED, LEFT_OUT] = [503, 200]

let envoy: TestEnvoy
let port: number

/** The two fragments of the document, in the places that it names. */
function fragments(): readonly Node[] {
  const { blocks } = readDocument('docs/migration.md')
  return blocks.filter(({ marker }) => marker === 'canary').map(({ text }) => parse(text) as Node)
}

beforeAll(async () => {
  const [filter = {}, bootstrap = {}] = fragments()
  expect([Object.keys(filter), Object.keys(bootstrap)]).toEqual([['filter_enabled'], ['layered_runtime']])
  const config = readEnvoyFile('sidecar')
  const { listener, chain, manager, authz, cluster } = partsOf(config)
  port = await freePort()
  listener['address'].socket_address.port_value = port
  delete chain['transport_socket']
  manager['route_config'].virtual_hosts[0].routes = [{ match: { prefix: '/' }, direct_response: { status: 200 } }]
  delete cluster['health_checks']
  cluster['load_assignment'].endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value = await freePort()
  config['admin'].address.socket_address.port_value = await freePort()
  Object.assign(authz, filter)
  envoy = await startEnvoy({ config: stringify({ ...config, ...bootstrap }), name: 'canary' })
})
afterAll(() => envoy?.stop())

async function statuses(): Promise<readonly number[]> {
  const sent = await Promise.all(Array.from({ length: 20 }, () => sendRaw({ port }, { target: '/' })))
  return [...new Set(sent.map(({ status }) => status))]
}

async function share(percent: number): Promise<void> {
  const url = `${envoy.adminUrl}/runtime_modify?holdfast.enabled=${percent}`
  expect((await fetch(url, { method: 'POST' })).status).toBe(200)
}

it('D-E6 the share goes up without a restart, and back', async () => {
  await share(0)
  expect(await statuses()).toEqual([LEFT_OUT])
  await share(100)
  expect(await statuses()).toEqual([CHECKED])
  await share(0)
  expect(await statuses()).toEqual([LEFT_OUT])
})
