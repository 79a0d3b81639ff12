/** Names of incidents: they sort by time (incident.ts). */
import { randomInt } from 'node:crypto'

const TIME_LENGTH = 9
const RANDOM_LENGTH = 8

export function newIncidentId(nowMs: number): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(36).padStart(TIME_LENGTH, '0')
  return `${time}-${randomInt(36 ** RANDOM_LENGTH)
    .toString(36)
    .padStart(RANDOM_LENGTH, '0')}`
}
