/**
 * The test kit: virtual time, seeded schedules, a leak check, and the marks that tests carry.
 *
 * <p><b>Start with</b> {@link io.greenloop.testing.TestLoop}: a loop whose clock jumps to the next
 * timer, with a trail of what happened when. It needs no test framework, so it serves Kotest as
 * well. {@link io.greenloop.testing.GreenloopTest} adds the leak check to a JUnit 5 class, {@link
 * io.greenloop.testing.Seeds} runs a test over many schedules, {@link
 * io.greenloop.testing.Exploration} a program over thousands, with timers that fire late. {@link
 * io.greenloop.testing.network} is a network in memory.
 *
 * <pre>{@code
 * @GreenloopTest
 * class CounterTest {
 *   @Test
 *   void ticksEverySecond(TestLoop t) {
 *     t.loop().spawn(() -> {
 *       for (int i = 0; i < 3; i++) {
 *         Aio.sleep(Duration.ofSeconds(1));
 *         t.note("tick");
 *       }
 *     });
 *
 *     t.advance(Duration.ofSeconds(2)); // at once
 *
 *     assertThat(t.trail()).containsExactly("tick@1000", "tick@2000");
 *   }
 * }
 * }</pre>
 *
 * <p><b>Marks:</b> {@link io.greenloop.testing.Parity} (the rows a test proves), {@link
 * io.greenloop.testing.FullMode} (needs the JVM flags), {@link io.greenloop.testing.RealTime}.
 *
 * <p><b>Room:</b> the thread of the test. <b>May use:</b> the runtime, and of its insides the
 * loop's counters; JUnit 5.
 */
@NullMarked
package io.greenloop.testing;

import org.jspecify.annotations.NullMarked;
