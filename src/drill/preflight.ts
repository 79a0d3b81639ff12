/** One Check before the drill, so that a release that takes no drill is told in a sentence and not in a table of faults. */
import { bare, type Stage, USUAL_PATH } from './session.ts'

/** Why nothing can be played there, with the mend; undefined when it can. Throws TargetUnreachable. */
export async function turnedAway(stage: Stage): Promise<string | undefined> {
  const { status, reason } = await bare(stage, 'payments', 'payments', USUAL_PATH)
  const { description } = stage.target
  if (reason === 'internal_error') {
    return `${description}: answers ${status} internal_error; most often the client secret is not the one that server.clientSecret names (--client-secret), else its log says why`
  }
  if (reason === 'route_unknown') {
    return `${description}: has no route for ${stage.world.origins.payments}; add the one that holdfast drill --new-world printed`
  }
  return undefined
}
