/** Under which terms the run-time packages come, against a closed list: a new one is a decision, not an accident. */

import { type Lock, runtimePackages } from '../image/packages.ts'

/** Permissive, without a duty to publish anything of ours (SPDX identifiers). */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'],
])

/** @param declared the `license` of the installed package.json in that folder */
export function licenceFaults(lock: Lock, declared: (folder: string) => unknown): readonly string[] {
  return runtimePackages(lock).flatMap((folder) => {
    const locked = lock.packages[folder]?.license
    const own = declared(folder)
    if (locked !== own) return [`${folder}: package-lock.json says ${locked}, its package.json ${String(own)}`]
    if (locked === undefined || !ALLOWED.has(locked)) return [`${folder}: ${locked ?? 'no licence'} is not on the list`]
    return []
  })
}
