/**
 * The JDK internals the runtime stands on, one class per primitive.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.internal.vm.Mode} (what this JVM allows), {@link
 * io.greenloop.internal.vm.VirtualThreads} (virtual threads with a scheduler of ours), {@link
 * io.greenloop.internal.vm.HostIdentity} (who runs, where the carrier cannot be asked), {@link
 * io.greenloop.internal.vm.ThreadContext} (the context variables off the loop).
 *
 * <p><b>Room:</b> any thread. <b>May use:</b> {@code java.base} only; knows nothing of the loop.
 */
@NullMarked
package io.greenloop.internal.vm;

import org.jspecify.annotations.NullMarked;
