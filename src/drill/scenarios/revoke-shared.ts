/** Revokes a session in the list that the replicas share, as an operator does: by the command. */
import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { ownMain } from '../local/holdfast.ts'
import type { Session } from '../session.ts'
import type { World } from '../world/world.ts'

const PATIENCE_MS = 15_000
const ENTRY_LIFE = '1h'

/** Resolves once every replica has applied it: to undefined, or to what the command said instead. */
export function revokeShared(world: World, { sessionId }: Session): Promise<string | undefined> {
  const config = world.replicaConfig ?? ''
  const order = ['revoke', 'session', sessionId, '--issuer', world.issuer, '--to', 'shared', '--config', config]
  const note = ['--expires', ENTRY_LIFE, '--why', 'drill', '--by', 'drill']
  const options = { cwd: dirname(config), timeout: PATIENCE_MS }
  return new Promise((resolve) => {
    execFile(process.execPath, [ownMain(), ...order, ...note], options, (error, _out, said) => {
      if (error === null) resolve(undefined)
      else resolve(`holdfast revoke: ${said.trim().split('\n')[0] || error.message}`)
    })
  })
}
