/** Keeps a key ring fed from a file, re-read when its content changes. A request never waits for it. */
import type { KeyRing } from './key-ring.ts'
import type { FedSource, KeyDeps, KeySource } from './key-source.ts'
import { MAX_JWKS_BYTES } from './parse-jwks.ts'

const POLL_MS = 2_000

export function makeFileSource(
  source: Extract<KeySource, { kind: 'file' }>,
  ring: KeyRing,
  deps: Pick<KeyDeps, 'watch'>,
): FedSource {
  const firstRead = Promise.withResolvers<void>()
  let watching: { close(): void } | undefined

  function read(content: Buffer | undefined, problem = 'cannot be read'): void {
    if (content === undefined) ring.fail(`the file ${problem}`)
    else ring.take(content)
    firstRead.resolve()
  }

  return {
    start() {
      watching = deps.watch(source.path, read, { pollMs: POLL_MS, maxBytes: MAX_JWKS_BYTES })
      return firstRead.promise
    },
    awaitNews: () => undefined,
    stop() {
      watching?.close()
      firstRead.resolve()
    },
  }
}
