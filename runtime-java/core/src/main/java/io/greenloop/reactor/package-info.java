/**
 * The engines' service interface: who asks the operating system what is ready.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.reactor.Reactor} (readiness), {@link
 * io.greenloop.reactor.ReactorProvider} and {@link io.greenloop.reactor.Reactors} (which engine
 * runs, and why).
 *
 * <p><b>Rooms.</b> A reactor belongs to one loop: its carrier thread polls it and changes
 * interests; any thread may call {@code wakeup()} and nothing else. Tasks never touch an engine:
 * they leave a request that the carrier applies before it polls.
 *
 * <p><b>May use:</b> {@code java.base}. <b>May not:</b> {@code io.greenloop} and above, which stand
 * on this. One engine per subpackage; engines do not know each other.
 */
@NullMarked
package io.greenloop.reactor;

import org.jspecify.annotations.NullMarked;
