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

/**
 * Who has no part in the stories but to steal: the runner of another pipeline, and a person's machine, whose certificate TLS
 * takes and which is no workload. One pod each. A release's world has none of them.
 */
export const STRANGERS = { builder: 'spiffe://example.org/ns/ci/sa/builder', laptop: undefined } as const

export type StrangerName = keyof typeof STRANGERS
export const STRANGER_NAMES = Object.keys(STRANGERS) as readonly StrangerName[]

/** Who may open a connection. */
export type CallerName = WorkloadName | StrangerName

/** Undefined for who shows no SPIFFE ID. */
export function spiffeIdOf(caller: CallerName): string | undefined {
  return { ...WORKLOADS, ...STRANGERS }[caller]
}

/** Pods of one workload: each has a certificate of its own for the same SPIFFE ID. */
export const PODS = ['1', '2', '3'] as const
export type Pod = (typeof PODS)[number]

/** What each service demands stands in holdfast-config.ts. */
export const SERVICES = ['payments', 'orders', 'deploy', 'tools', 'partners', 'legacy'] as const
export type ServiceName = (typeof SERVICES)[number]
