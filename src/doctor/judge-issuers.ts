/** Key sets of the issuers. */
import type { IssuerFacts } from './facts.ts'
import { at, counted, type Finding, failed, good, type Judgement, listed, unreachable, warning } from './finding.ts'

/** Its key set, and where there is one, whether each algorithm has a key. */
export function judgeIssuer(facts: IssuerFacts): readonly Finding[] {
  const keys = at('issuer-keys', facts.issuer, judgeKeys(facts))
  return facts.trouble === undefined ? [keys, at('issuer-algorithms', facts.issuer, judgeAlgorithms(facts))] : [keys]
}

function judgeKeys({ trouble, unreachable: silent, setting, keys, leftOut }: IssuerFacts): Judgement {
  const unused = leftOut.length === 0 ? '' : `; not used: ${listed(leftOut)}`
  if (trouble === undefined) return good(`${counted(keys, 'usable key')}${unused}`)
  const judge = silent ? unreachable : failed
  return judge(`${trouble}${unused}`, `see ${setting}, and publish a key there that fits algorithms of the issuer`)
}

function judgeAlgorithms({ servedAlgorithms, unservedAlgorithms }: IssuerFacts): Judgement {
  if (unservedAlgorithms.length === 0) return good(`each is served: ${servedAlgorithms.join(', ')}`)
  const mend = `algorithms: [${servedAlgorithms.join(', ')}]`
  return warning(`no key serves ${unservedAlgorithms.join(', ')}`, mend)
}
