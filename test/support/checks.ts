/** Checks as Envoy sends them, straight to a Holdfast process: for what needs no Envoy in between. */
import type { CheckClient, CheckRequest, CheckResponse } from './envoy-messages.ts'
import { encodeCheckRequest } from './envoy-messages.ts'
import { type Holder, proofOf } from './parties.ts'

export interface CheckWishes {
  readonly method?: string
  readonly authority: string
  readonly path?: string
  readonly fields?: readonly (readonly [name: string, value: string])[]
}

/** With `encode_raw_headers`, as envoy/ has it. */
export function checkOf({ method = 'GET', authority, path = '/', fields = [] }: CheckWishes): CheckRequest {
  const headers = fields.map(([key, value]) => ({ key: key.toLowerCase(), raw_value: Buffer.from(value, 'latin1') }))
  return { attributes: { request: { http: { method, path, host: authority, header_map: { headers } } } } }
}

export interface Verdict {
  readonly allowed: boolean
  readonly reason: string | undefined
  readonly status: number
  /** Handed out, on refusal or on success. */
  readonly nonce: string | undefined
  readonly response: CheckResponse
}

export async function ask(client: CheckClient, request: CheckRequest): Promise<Verdict> {
  const response = await client.check(encodeCheckRequest(request), { deadlineMs: 20_000 })
  const { denied_response: denied, ok_response: ok } = response
  const headers = [...(denied?.headers ?? []), ...(ok?.response_headers_to_add ?? [])].map(({ header }) => header)
  return {
    allowed: (response.status?.code ?? 0) === 0,
    reason: response.dynamic_metadata?.fields['reason']?.stringValue,
    status: denied?.status?.code ?? 200,
    nonce: headers.find(({ key }) => key === 'dpop-nonce')?.value,
    response,
  }
}

/** A fresh proof under the known nonce, if any; once more where one is demanded. */
export async function askHonest(
  client: CheckClient,
  holder: Holder,
  wishes: CheckWishes,
  nonce?: string,
): Promise<Verdict> {
  const { method = 'GET', authority, path = '/' } = wishes
  const send = async (known: string | undefined): Promise<Verdict> => {
    const proof = await proofOf(holder, method, `https://${authority}${path}`, known)
    const credentials = [['authorization', `DPoP ${holder.token}`] as const, ['dpop', proof] as const]
    return ask(client, checkOf({ ...wishes, fields: [...credentials, ...(wishes.fields ?? [])] }))
  }
  const first = await send(nonce)
  const demanded =
    first.reason === 'nonce_required' || first.reason === 'nonce_stale' || first.reason === 'nonce_invalid'
  return nonce === undefined && demanded ? send(first.nonce) : first
}
