/** What an honest client does through Envoy, by hand: sign, send, take the nonce where one is demanded, send again. */
import type { Echo } from '../../src/drill/world/upstream.ts'
import type { Lab } from './lab.ts'
import { type Holder, proofOf } from './parties.ts'
import { fieldsOf, type Received, type Sent, sendRaw, type Where } from './raw-http.ts'

export interface HonestWishes extends Partial<Sent> {
  readonly where?: Where
  /** What the client believes that it calls: the start of `htu`. Default: https and the listener's authority. */
  readonly origin?: string
  /** What it signs, where that is not the target. */
  readonly signed?: string
  /** Already known to the client. */
  readonly nonce?: string
}

export async function sendHonest(
  lab: Lab,
  listener: string,
  holder: Holder,
  wishes: HonestWishes = {},
): Promise<Received> {
  const { where = lab.where(listener), origin = `https://${lab.authority(listener)}`, target = '/' } = wishes
  const url = `${origin}${wishes.signed ?? target}`
  const send = async (nonce: string | undefined): Promise<Received> => {
    const proof = await proofOf(holder, wishes.method ?? 'GET', url, nonce)
    const credentials = [
      ['Authorization', `DPoP ${holder.token}`],
      ['DPoP', proof],
    ] as const
    return sendRaw(where, { ...wishes, target, fields: [...credentials, ...(wishes.fields ?? [])] })
  }
  const first = await send(wishes.nonce)
  return errorOf(first) === 'use_dpop_nonce' ? send(fieldsOf(first, 'dpop-nonce')[0]) : first
}

/** The OAuth error of the JSON body of a denial. */
export function errorOf(received: Received): string | undefined {
  return received.status >= 400 && received.body.startsWith('{')
    ? (JSON.parse(received.body) as { error?: string }).error
    : undefined
}

/** What the application saw, out of its answer. */
export function echoOf(received: Received): Echo {
  if (received.status !== 200) throw new Error(`no 200: ${received.status} ${received.body}`)
  return JSON.parse(received.body) as Echo
}
