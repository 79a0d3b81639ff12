/**
 * DPoP clients of npm. They send through the fetch of Node; ours stands between only to write down what went by. The retry
 * after `use_dpop_nonce` is that of the library; oauth4webapi leaves it to its user, as its documentation shows.
 */

import { JoseKey } from '@atproto/jwk-jose'
import { type Jwk, type OAuthServerAgent, OAuthSession, type SessionGetter } from '@atproto/oauth-client'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import {
  type Call,
  type Credentials,
  type Exchange,
  nonceIn,
  type Outcome,
  type PublicClient,
} from './public-client.ts'

type Send = (call: Call, fetch: typeof globalThis.fetch) => Promise<Response>

function client(
  name: string,
  algorithms: PublicClient['algorithms'],
  open: (credentials: Credentials) => Promise<Send>,
): PublicClient {
  return {
    name,
    algorithms,
    takesNextNonce: true,
    async run(credentials, calls, together = false) {
      const send = await open(credentials)
      const [first, ...others] = calls
      const outcomes = first === undefined ? [] : [await recorded(send, first)]
      if (together) return [...outcomes, ...(await Promise.all(others.map((call) => recorded(send, call))))]
      for (const call of others) outcomes.push(await recorded(send, call))
      return outcomes
    },
  }
}

async function recorded(send: Send, call: Call): Promise<Outcome> {
  const exchanges: Exchange[] = []
  const recording: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const nonce = nonceIn(request.headers.get('dpop'))
    const response = await fetch(request)
    exchanges.push({ status: response.status, nonce, nextNonce: response.headers.get('dpop-nonce') ?? undefined })
    return response
  }
  try {
    return { exchanges, body: await (await send(call, recording)).text(), error: undefined }
  } catch (error) {
    return { exchanges, body: undefined, error: error instanceof Error ? error.name : String(error) }
  }
}

async function keyPair({ jwk, algorithm }: Credentials): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
  const { kty = '', crv, x, y, e, n } = jwk
  const publicJwk = Object.fromEntries(
    Object.entries({ kty, crv, x, y, e, n }).filter(([, value]) => value !== undefined),
  )
  return {
    privateKey: (await importJWK(jwk, algorithm)) as CryptoKey,
    publicKey: (await importJWK({ ...publicJwk, ext: true } as JWK, algorithm, { extractable: true })) as CryptoKey,
  }
}

const oauth4webapi = client('oauth4webapi', ['ES256', 'PS256', 'Ed25519'], async (credentials) => {
  const DPoP = oauth.DPoP({}, await keyPair(credentials))
  const send = ({ method, url, body }: Call, fetch: typeof globalThis.fetch): Promise<Response> =>
    oauth.protectedResourceRequest(credentials.token, method, new URL(url), new Headers(), body, {
      DPoP,
      [oauth.customFetch]: fetch as never,
    })
  return async (call, fetch) => {
    try {
      return await send(call, fetch)
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error
      return send(call, fetch)
    }
  }
})

const openidClient = client('openid-client', ['ES256', 'RS256'], async (credentials) => {
  const config = new openid.Configuration({ issuer: 'https://issuer.example.org' }, 'client')
  const DPoP = openid.getDPoPHandle(config, await keyPair(credentials))
  return ({ method, url, body }, fetch) => {
    config[openid.customFetch] = fetch as never
    return openid.fetchProtectedResource(config, credentials.token, new URL(url), method, body, undefined, { DPoP })
  }
})

/** Of the server agent and the session store only what a session needs to send. */
const atproto = client('@atproto/oauth-client', ['ES256', 'ES384'], async ({ jwk, algorithm, token }) => {
  const nonces = new Map<string, string>()
  const agent = {
    dpopKey: await JoseKey.fromJWK({ ...jwk, kid: 'client' } as Jwk & JWK),
    serverMetadata: { dpop_signing_alg_values_supported: [algorithm] },
    dpopNonces: {
      get: (origin: string) => nonces.get(origin),
      set: (origin: string, nonce: string) => void nonces.set(origin, nonce),
      del: (origin: string) => void nonces.delete(origin),
    },
    runtime: {
      sha256: async (text: string) =>
        Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('base64url'),
    },
  } as unknown as OAuthServerAgent
  return ({ method, url, body }, fetch) => {
    const tokenSet = { aud: new URL(url).origin, token_type: 'DPoP', access_token: token }
    const getSession = async (_: string, refresh: unknown) => {
      if (refresh === true) throw new Error('this token cannot be renewed')
      return { tokenSet }
    }
    const sessions = { getSession } as unknown as SessionGetter
    const session = new OAuthSession(agent, 'did:plc:client' as OAuthSession['sub'], sessions, fetch as never)
    return session.fetchHandler(url, body === undefined ? { method } : { method, body })
  }
})

export const JAVASCRIPT_CLIENTS: readonly PublicClient[] = [oauth4webapi, openidClient, atproto]
