/** Envoy Gateway rendered the objects of test/mesh/envoy-gateway; here they are held against those that the chart makes now. */
import { expect, test } from 'vitest'
import { chartFileNow } from '../mesh/chart-objects.ts'
import { CHART_FILE, readCheckout } from '../mesh/envoy-gateway.ts'
import { HELM4, only, renderObjects } from '../support/helm.ts'

test('Envoy Gateway was given what the chart renders today: else npm run envoy-gateway', async () => {
  expect(await chartFileNow()).toBe(readCheckout(CHART_FILE))
})

test('headers that only Holdfast writes end at the gateway; connections and streams end like those of envoy/*.yaml', async () => {
  const objects = await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml'] })
  const { spec } = only(objects, 'ClientTrafficPolicy')
  expect(spec.headers.earlyRequestHeaders).toEqual({ removeOnMatch: [{ type: 'Prefix', value: 'x-holdfast-' }] })
  expect(spec.connection.connectionLimit).toEqual({ maxConnectionDuration: '30m', maxStreamDuration: '15m' })
})
