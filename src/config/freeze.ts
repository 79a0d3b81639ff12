/** Freezes plain data to the bottom. A frozen Set still takes `add`, so its writers are shut by hand. */

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Set) shutWriters(value)
  for (const member of value instanceof Set ? value : Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}

function shutWriters(set: Set<unknown>): void {
  for (const name of ['add', 'delete', 'clear']) {
    Object.defineProperty(set, name, {
      value: () => {
        throw new TypeError('the plan is frozen')
      },
    })
  }
}
