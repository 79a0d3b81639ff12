/** Who lives in the drill's world: the workloads of the four stories, and the services that they call. */

/** SPIFFE IDs by short name. `reports` is the thief's pod, `outsider` comes from another trust domain. */
export const WORKLOADS = {
  deployer: 'spiffe://example.org/ns/ci/sa/deployer',
  payments: 'spiffe://example.org/ns/shop/sa/payments',
  reports: 'spiffe://example.org/ns/shop/sa/reports',
  agent: 'spiffe://example.org/ns/agents/sa/agent',
  tool: 'spiffe://example.org/ns/agents/sa/tool',
  integration: 'spiffe://example.org/ns/partners/sa/integration',
  outsider: 'spiffe://evil.example/ns/shop/sa/payments',
} as const

export type WorkloadName = keyof typeof WORKLOADS
export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[]

/** Pods of one workload: each has a certificate of its own for the same SPIFFE ID. */
export const PODS = ['1', '2', '3'] as const
export type Pod = (typeof PODS)[number]

/** What each service demands stands in holdfast-config.ts. */
export const SERVICES = ['payments', 'orders', 'deploy', 'tools', 'partners', 'legacy'] as const
export type ServiceName = (typeof SERVICES)[number]
