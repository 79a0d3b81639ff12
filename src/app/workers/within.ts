/** A bound for what other processes do in their own time. */

/** Resolves when all have settled, or after `limitMs`. */
export async function allWithin(limitMs: number, promises: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([Promise.allSettled(promises), limit])
  clearTimeout(timer)
}
