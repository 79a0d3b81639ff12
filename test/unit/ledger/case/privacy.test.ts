/** Nothing of a token, proof, nonce, sid or jti comes out of a case but the one handle in its commands, which revokes it. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseMarkdown } from '../../../../src/ledger/case/case-markdown.ts'
import { caseText } from '../../../../src/ledger/case/case-text.ts'
import { BOUND, firstUseBy, HOLDER_SENDER, makeCaseWorld, refusedAs, START_MS, THIEF_SENDER } from './world.ts'

/** Parts of a secret that are long enough not to be there by chance. */
function piecesOf(secret: string): readonly string[] {
  return Array.from({ length: Math.floor(secret.length / 12) }, (_, i) => secret.slice(i * 12, i * 12 + 12))
}

test('whatever the watch sees', async () => {
  const secret = fc.integer({ min: 24, max: 60 }).map((bytes) => randomBytes(bytes).toString('base64url'))
  const property = fc.asyncProperty(
    secret,
    secret,
    secret,
    secret,
    fc.boolean(),
    async (token, sid, jti, nonce, hasSid) => {
      const world = makeCaseWorld()
      const sha256 = randomBytes(32).toString('hex')
      const seen = { ...BOUND, sha256, sessionId: hasSid ? sid : undefined, tokenId: jti }
      const findings = { nonce }
      world.use({ token: seen, findings, facts: { authorization: [`DPoP ${token}`], dpop: [`${token}.${nonce}`] } })
      const firstUse = firstUseBy(HOLDER_SENDER, START_MS)
      world.use({
        token: seen,
        findings,
        sender: THIEF_SENDER,
        at: 2_000,
        refused: refusedAs('proof_replayed', { firstUse }),
      })
      await world.flush('verdicts')
      const made = await world.ask('client', String(BOUND.client))
      expect(made.finding.name).toBe('replayed')
      const handle = hasSid ? sid : jti
      expect(made.commands[0]?.command).toContain(handle)
      const { commands, ...rest } = made
      const told = JSON.stringify(rest) + JSON.stringify(commands).replaceAll(handle, '')
      const shown = [caseText(made), caseMarkdown(made)].map((text) => text.replaceAll(handle, ''))
      for (const piece of [token, sid, jti, nonce, sha256].flatMap(piecesOf)) {
        for (const text of [told, ...shown]) expect(text).not.toContain(piece)
      }
    },
  )
  await fc.assert(property, { numRuns: 50 })
})
