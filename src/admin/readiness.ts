/**
 * Whether the server may be asked: a map of named components, each with a word for people. Going down is one of them
 * (`shutdown`), so that gRPC health, /readyz and the gauge all read one truth.
 */
export interface ComponentState {
  readonly ready: boolean
  /** For people, in /readyz: no secret, nothing of a request. May tell of trouble that leaves the component ready. */
  readonly detail: string
}

export interface ReadinessMap {
  /** Sets a component, new or known. */
  set(component: string, state: ComponentState): void
  /** Forgets a component that the configuration no longer has. */
  remove(component: string): void
  /** True when every component is. */
  ready(): boolean
  /** In the order in which they came. */
  components(): ReadonlyMap<string, ComponentState>
  /** Calls `listener` after a component became ready or ceased to be; the returned function ends that. */
  onChange(listener: () => void): () => void
}

/** `names` are awaited from the start: nothing is ready before each of them has said so. */
export function makeReadiness(names: readonly string[]): ReadinessMap {
  const components = new Map<string, ComponentState>()
  const listeners = new Set<() => void>()
  for (const name of names) components.set(name, { ready: false, detail: 'starting' })

  function tell(): void {
    for (const listener of listeners) listener()
  }

  return {
    set(component, state) {
      const before = components.get(component)
      components.set(component, state)
      if (before?.ready !== state.ready) tell()
    },
    remove(component) {
      if (components.delete(component)) tell()
    },
    ready() {
      for (const { ready } of components.values()) if (!ready) return false
      return true
    },
    components: () => components,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
