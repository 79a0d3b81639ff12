/** Incidents for what writes them down. */
import type { Incident } from '../../../src/ledger/incident.ts'
import { NOW_MS } from './chain-world.ts'

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

/** A replayed proof with two senders, denied; or as changed. */
export function incident(changes: Partial<Incident> = {}): Incident {
  return {
    id: 'ml8u2o000-abcd1234',
    class: 'replayed',
    confidence: 'proven',
    by: 'the same proof came from another sender',
    atMs: NOW_MS,
    lastMs: NOW_MS + 5_000,
    count: 3,
    outcome: 'denied',
    reason: 'proof_replayed',
    decisionId: 'd1',
    route: 'payments',
    session: 'c2Vzc2lvbi1uYW1lLTEyMw',
    token: 'dG9rZW4tbmFtZS0xMjM0NQ',
    issuer: 'https://as.example.com',
    subject: 'deployer',
    client: 'spiffe://example.org/ns/shop/sa/payments',
    holder: 'spiffe://example.org/ns/shop/sa/payments',
    key: THUMBPRINT,
    foreignKey: undefined,
    sender: { peer: 'spiffe://example.org/ns/shop/sa/other', certificate: THUMBPRINT, address: '10.9.9.9' },
    counterpart: {
      role: 'first user',
      sender: { peer: 'spiffe://example.org/ns/shop/sa/payments', certificate: undefined, address: '2001:db8::7' },
      hash: '0011223344556677',
      atMs: NOW_MS - 1_000,
    },
    revocation: undefined,
    contained: undefined,
    ...changes,
  }
}

/** Of which nothing is known but that it was. */
export function bareIncident(changes: Partial<Incident> = {}): Incident {
  return incident({
    reason: undefined,
    decisionId: undefined,
    route: undefined,
    session: undefined,
    token: undefined,
    issuer: undefined,
    subject: undefined,
    client: undefined,
    holder: undefined,
    key: undefined,
    sender: { peer: undefined, certificate: undefined, address: '' },
    counterpart: undefined,
    ...changes,
  })
}
