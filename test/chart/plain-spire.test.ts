/** The chart's plain Envoy with SPIRE is envoy/spire.yaml, which test/spire drives with a real agent. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { HELM3, HELM4, renderObjects } from '../support/helm.ts'

test.each([HELM3, HELM4])(
  '$name: the file is envoy/spire.yaml, but for the address of the pod and the name',
  async (helm) => {
    const values = ['ci/sidecar-values.yaml', { mesh: { kind: 'plain', plain: { certificates: 'spire' } } }]
    const map = (await renderObjects(helm, { values })).find(({ metadata }) => metadata.name === 'r-holdfast-envoy')
    const envoy = parse(map?.['data']['envoy.yaml'])
    const own = parse(readFileSync(new URL('../../envoy/spire.yaml', import.meta.url), 'utf8'))
    expect(envoy.node).toEqual({ id: 'r-holdfast', cluster: 'holdfast-system' })
    expect(envoy.static_resources.listeners[0].address.socket_address.address).toBe('0.0.0.0')
    envoy.node = own.node
    envoy.static_resources.listeners[0].address = own.static_resources.listeners[0].address
    expect(envoy).toEqual(own)
  },
)
