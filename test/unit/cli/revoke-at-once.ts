/** A process of its own that revokes the given sessions one after the other: FOLDER VALUE… */
import { command } from '../../../src/cli/revoke.ts'

const [folder = '', ...values] = process.argv.slice(2)
const io = {
  out: () => {},
  err: (text: string) => void process.stderr.write(text),
  env: {},
  cwd: folder,
  stdin: async () => '',
  onSignal: () => {},
}
for (const value of values) process.exitCode ||= await command.run(['session', value], io)
