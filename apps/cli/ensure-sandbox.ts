import { listConnections } from '#warehouse';
import type { Context } from './context.js';
import { connectDemo } from './demo.js';
import { startSandboxProcess } from './sandbox-process.js';
import type { Stack } from './stack.js';

/**
 * Serves the demo connection's shop while a single command runs, where no `up` serves it already. Without a demo
 * connection, or in a cluster, there is nothing to serve.
 */
export async function ensureSandbox(stack: Stack, context: Context): Promise<{ stop(): Promise<void> }> {
  const nothing = { stop: async () => undefined };
  const shop = stack.home.sandboxShop();
  if (context.env.mode !== 'embedded' || !shop || stack.home.running()) return nothing;
  const demo = (await listConnections(stack.warehouse)).find((one) => one.name === 'demo' && one.sandbox);
  if (!demo) return nothing;
  context.output.progress('starting the sandbox');
  const sandbox = await startSandboxProcess(shop, 0, { roomy: true });
  await connectDemo(stack, sandbox.url, shop);
  return sandbox;
}
