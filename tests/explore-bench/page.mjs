// The page of one engine: what is measured starts with the first byte that is asked for.

globalThis.load = async (name, project) => {
  const start = performance.now();
  const { load } = await import(`./engines/${name}.mjs`);
  globalThis.engine = await load(project);
  return performance.now() - start;
};

globalThis.ask = async (rounds, warmUps, work = "ask") => {
  const times = [];
  for (let round = -warmUps; round < rounds; round++) {
    await globalThis.engine.before?.(work);
    const start = performance.now();
    globalThis.answer = await globalThis.engine[work]();
    if (round >= 0) times.push(performance.now() - start);
  }
  return times;
};

globalThis.text = () => globalThis.engine.text(globalThis.answer);
