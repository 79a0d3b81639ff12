/** A rule between values: what is refused, by which message, and what mends it. */
import { expect } from 'vitest'
import { HELM3, HELM4, render } from '../support/helm.ts'

export interface Rule {
  /** The start of the fault: the value that is to blame. */
  readonly fault: string
  readonly base: string
  readonly wrong: readonly object[]
  /** What mends it, laid over the wrong values. */
  readonly mend: object
}

export const STANDALONE = 'ci/standalone-values.yaml'
export const SIDECAR = 'ci/sidecar-values.yaml'
export const ROUTE = { name: 'a', match: { authority: 'a' }, origin: 'https://a', audience: 'a' }
export const REDIS = {
  config: { store: { kind: 'redis', redis: { url: 'redis://redis.data.svc' } } },
  secrets: { nonce: { existingSecret: 'n' } },
  networkPolicy: { redis: [{ ipBlock: { cidr: '192.0.2.1/32' } }] },
}

/** The one fault is told, and with the mend nothing is. */
export async function expectRule({ fault, base, wrong, mend }: Rule): Promise<void> {
  const [refused, mended] = await Promise.all([
    render(HELM3, { values: [base, ...wrong] }),
    render(HELM4, { values: [base, ...wrong, mend] }),
  ])
  if (refused.ok) throw new Error('was rendered')
  expect(refused.error).toContain(`\n  ${fault}`)
  expect(refused.error.match(/\n {2}\S/g), refused.error).toHaveLength(1)
  expect(mended.ok ? undefined : mended.error).toBeUndefined()
}
