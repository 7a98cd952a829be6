export default async function stop() {
  await globalThis.stratusTestServices?.stop();
}
