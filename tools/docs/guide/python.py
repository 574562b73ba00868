import numpy as np, unfurl as uf
rng = np.random.default_rng(1)
clean = np.kron(rng.random((400, 6, 6)) < 0.5, np.ones((4, 4)))           # images of squares, 24 x 24
noisy = 2 * clean - 1 + 2 * rng.normal(size=clean.shape)
m = uf.Model("denoiser")
y, x = m.observed("y", (24, 24)), m.discrete("x", (24, 24), states=2)
m.factor("data", uf.each(x), uf.Field(m.param("g", 0.1) * y))             # trust in the data
m.factor("smooth", uf.grid4(x), uf.Ising(m.param("J", uf.per_edge(uf.grid4(x)), 0.5)))
network = uf.unroll(m, uf.SumProduct(), 10).untie(uf.all).compile()
print("untrained", (network.run(noisy[300:], "x").round() != clean[300:]).mean())
network.fit(noisy[:300], clean[:300], epochs=20, optimizer=uf.Adam(rate=0.02))
print("trained", (network.run(noisy[300:], "x").round() != clean[300:]).mean())
