/** An Envoy, as its configuration tells: whether Holdfast is asked about every request, and can believe what it is told. */
import { type AuthzFilter, askedOf, asksHoldfast, findManagers, type Manager } from './envoy-find.ts'
import { at as member } from './envoy-node.ts'
import { type EnvoyResources, resourcesOf } from './envoy-resources.ts'
import type { EnvoyFacts, EnvoyWishes } from './facts.ts'
import { at, counted, type Finding, good, listed, unknown, unreachable, warning } from './finding.ts'
import { judgeAsking, judgeEnabled, judgeShadow } from './judge-envoy-asking.ts'
import { judgeCluster } from './judge-envoy-cluster.ts'
import { judgeContent } from './judge-envoy-content.ts'
import { judgeListener } from './judge-envoy-listener.ts'
import { judgeManager } from './judge-envoy-manager.ts'
import { judgeRoutes } from './judge-envoy-routes.ts'

const GIVE = 'give the admin page of a running Envoy (--envoy http://127.0.0.1:9902), its /config_dump, or its file'

/** Whatever its configuration holds: what is not understood is `unknown`. */
export function judgeEnvoy(envoy: EnvoyFacts, wishes: EnvoyWishes): readonly Finding[] {
  const { source } = envoy
  if (envoy.kind === 'unreachable') {
    return [at('envoy-dump', source, unreachable(`${envoy.detail}; nothing about Envoy was examined`, GIVE))]
  }
  // Not known is not good: a script must not take it for an Envoy without faults.
  const unread = (detail: string): readonly Finding[] => [
    { ...at('envoy-dump', source, unknown(`${detail}; nothing about Envoy was examined`, GIVE)), unreachable: true },
  ]
  if (envoy.kind === 'unreadable') return unread(envoy.detail)
  const resources = resourcesOf(envoy.value)
  if (resources === undefined) return unread('it is neither a config dump nor a configuration with static_resources')
  const read = good(resources.live ? 'a config dump' : 'a file; what comes by xDS is not in it')
  return [at('envoy-dump', source, read), ...merged(judgeResources(resources, wishes))]
}

function judgeResources(resources: EnvoyResources, wishes: EnvoyWishes): readonly Finding[] {
  const { managers, unread } = findManagers(resources)
  const murky = [...new Set(unread)].map((subject) =>
    at(
      'envoy-filter',
      subject,
      unknown('something there has a form that is not understood, or stands within a matcher', GIVE),
    ),
  )
  const inbound = managers.filter(({ outbound }) => !outbound)
  const filters = managers.flatMap((manager) => manager.filters.map((filter) => ({ manager, filter })))
  if (managers.length === 0) {
    return [...murky, at('envoy-filter', undefined, unknown('no listener takes in HTTP', GIVE))]
  }
  if (filters.length === 0) {
    const seen = 'asks nobody; right only where Holdfast stands behind the next hop'
    const mend = 'the ext_authz filter of envoy/sidecar.yaml'
    return [
      ...murky,
      at('envoy-filter', undefined, unknown(seen, mend)),
      ...inbound.flatMap((manager) => judgeAround(manager, wishes, resources, true)),
    ]
  }
  const asking = askingHoldfast(filters, resources, wishes)
  if (asking.length === 0) {
    const others = [...new Set(filters.map(({ filter }) => askedOf(filter)))]
    const seen = `asks ${listed(others)}; which of them is Holdfast is not known`
    return [...murky, at('envoy-filter', undefined, unknown(seen, 'stat_prefix: holdfast in the filter that asks it'))]
  }
  const ours = new Set(asking.map(({ manager }) => manager))
  return [
    ...murky,
    ...[...ours].map(({ subject }) => at('envoy-filter', subject, good('asks Holdfast'))),
    ...judgeCoverage(inbound, ours),
    ...asking.flatMap(({ manager, filter }) => judgeFilter(filter, manager, wishes, resources)),
    ...[...ours].flatMap((manager) => judgeAround(manager, wishes, resources, false)),
  ]
}

/** A mesh's listeners for what goes out do not count: nothing of ours stands behind them. */
function judgeCoverage(inbound: readonly Manager[], asking: ReadonlySet<Manager>): readonly Finding[] {
  const others = inbound.filter((manager) => !asking.has(manager))
  if (others.length === 0) {
    const seen = `${counted(asking.size, 'connection manager')}, and each asks Holdfast`
    return [at('envoy-coverage', undefined, good(seen))]
  }
  const seen = 'does not ask Holdfast: what comes in here is not checked'
  return others.map(({ subject }) =>
    at('envoy-coverage', subject, warning(seen, 'the ext_authz filter, or nothing to protect')),
  )
}

interface Asking {
  readonly manager: Manager
  readonly filter: AuthzFilter
}

/** Where nothing tells which one is Holdfast, and all ask the same, that is it. */
function askingHoldfast(filters: readonly Asking[], resources: EnvoyResources, wishes: EnvoyWishes): readonly Asking[] {
  const sure = filters.filter(({ filter }) => asksHoldfast(filter, resources, wishes))
  if (sure.length > 0) return sure
  return new Set(filters.map(({ filter }) => askedOf(filter))).size === 1 ? filters : []
}

function judgeFilter(
  { slot, config }: AuthzFilter,
  { subject, config: manager }: Manager,
  wishes: EnvoyWishes,
  resources: EnvoyResources,
): readonly Finding[] {
  return [
    at('envoy-enabled', subject, judgeEnabled(slot, config)),
    at('envoy-shadow', subject, judgeShadow(config)),
    at('envoy-routes', subject, judgeRoutes(manager, member(slot, 'name'), resources)),
    ...[...judgeAsking(config, wishes), ...judgeContent(config, wishes), ...judgeCluster(config, resources)].map(
      ([id, judgement]) => at(id, subject, judgement),
    ),
  ]
}

function judgeAround(
  { subject, chain, config }: Manager,
  wishes: EnvoyWishes,
  resources: EnvoyResources,
  edge: boolean,
): readonly Finding[] {
  const judged = [...judgeManager(config, wishes, edge), ...judgeListener(chain, wishes, resources)]
  return judged.map(([id, judgement]) => at(id, subject, judgement))
}

/** A mesh repeats itself in each listener: what is the same is said once. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ subject: _, ...rest }) => JSON.stringify(rest))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const subjects = [...new Set(group.flatMap(({ subject }) => subject ?? []))]
    return first === undefined ? [] : [{ ...first, subject: subjects.length === 0 ? undefined : listed(subjects) }]
  })
}
