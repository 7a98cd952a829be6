import type { Command } from 'commander';
import type { SandboxOptions, SandboxTruth } from '../../sandbox/index.js';
import { count, port } from '../arguments.js';
import { contextOf } from '../context.js';
import { chooseShop, type ShopOptions } from '../demo.js';
import { openHome } from '../home.js';
import { EXIT } from '../output.js';
import { startSandboxProcess } from '../sandbox-process.js';

/** `sandbox` serves every simulator on one local port; `sandbox truth` prints its own counts and sums. */
export function sandbox(command: Command): void {
  withShop(command)
    .option('--port <port>', 'port to listen on (default: any free one)', port)
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      const options = command.optsWithGlobals<ShopOptions & { port?: number }>();
      const shop = chooseShop(openHome(context.env.dataDir), options, new Date());
      const running = await startSandboxProcess(shop, options.port ?? 0);
      if (context.output.json) context.output.result({ url: running.url });
      else
        context.output.line(
          `sandbox on ${running.url}\n  ledger  ${running.url}/_sandbox/ledger\n  truth   ${running.url}/_sandbox/truth`,
        );
      await new Promise<void>((stop) =>
        context.signal.addEventListener('abort', () => stop(), { once: true }),
      );
      await running.stop();
      process.exitCode = EXIT.ok;
    });

  withShop(command.command('truth').description("the shop's own counts and sums, from its own store")).action(
    async (_: unknown, command: Command) => {
      const context = contextOf(command);
      const home = openHome(context.env.dataDir);
      const running = home.running();
      const truth = running?.sandbox
        ? await fetchTruth(running.sandbox)
        : await truthOf(shopOf(chooseShop(home, command.optsWithGlobals<ShopOptions>(), new Date())));
      if (context.output.json) context.output.result(truth);
      else context.output.line(JSON.stringify(truth, null, 2));
    },
  );
}

const withShop = (command: Command): Command =>
  command
    .option('--shop <file>', 'serve orders from a CSV file in the Online Retail form, gzip or not')
    .option('--orders <n>', 'orders of the built-in shop', count)
    .option('--seed <n>', 'seed of the built-in shop', count);

async function truthOf(shop: SandboxOptions): Promise<SandboxTruth> {
  // Simulators are only loaded where they are needed.
  const { buildTruth } = await import('../../sandbox/index.js');
  return buildTruth(shop);
}

const shopOf = (shop: ReturnType<typeof chooseShop>): SandboxOptions => ({
  seed: shop.seed,
  orders: shop.orders,
  anchor: shop.anchor,
  ...(shop.shopFile === null ? {} : { shopFile: shop.shopFile }),
});

/** A running sandbox is asked itself: its shop may have been edited meanwhile. */
async function fetchTruth(url: string): Promise<unknown> {
  const reply = await fetch(`${url}/_sandbox/truth`);
  return reply.json();
}
