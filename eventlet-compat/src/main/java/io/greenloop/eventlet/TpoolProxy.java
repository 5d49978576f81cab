package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.Sneaky;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls of a {@link Tpool#proxy}. */
final class TpoolProxy implements InvocationHandler {
  private static final Set<String> OF_OBJECT = Set.of("hashCode", "toString");
  private static final Set<String> LOOKS = Set.of("size", "length", "isEmpty");

  private final Object of;
  private final ProxyOptions options;

  private TpoolProxy(Object of, ProxyOptions options) {
    this.of = of;
    this.options = options;
  }

  static Object of(Class<?> type, Object of, ProxyOptions options) {
    return Proxy.newProxyInstance(
        type.getClassLoader() == null ? TpoolProxy.class.getClassLoader() : type.getClassLoader(),
        new Class<?>[] {type},
        new TpoolProxy(of, options));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    if (method.getName().equals("equals") && args != null && args.length == 1) {
      return of.equals(behind(args[0]));
    }
    if (isDirect(method)) {
      return call(method, args);
    }
    return wrapped(method, Tpool.<@Nullable Object>execute(() -> call(method, args)));
  }

  private boolean isDirect(Method method) {
    String name = method.getName();
    boolean plain = method.getParameterCount() == 0;
    return options.direct().contains(name)
        || (plain && (OF_OBJECT.contains(name) || LOOKS.contains(name)));
  }

  private @Nullable Object call(Method method, @Nullable Object @Nullable [] args)
      throws Exception {
    try {
      return method.invoke(of, args);
    } catch (InvocationTargetException thrown) {
      throw Sneaky.raise(thrown.getTargetException());
    }
  }

  private @Nullable Object wrapped(Method method, @Nullable Object result) {
    if (result == null) {
      return null;
    }
    if (result instanceof Iterator<?> && method.getReturnType() == Iterator.class) {
      return of(Iterator.class, result, options);
    }
    if (options.autowrapNames().contains(method.getName())
        && method.getReturnType().isInterface()) {
      return of(method.getReturnType(), result, options);
    }
    for (Class<?> type : options.autowrap()) {
      if (type.isInstance(result)) {
        return of(type, result, options);
      }
    }
    return result;
  }

  private static @Nullable Object behind(@Nullable Object other) {
    return other != null
            && Proxy.isProxyClass(other.getClass())
            && Proxy.getInvocationHandler(other) instanceof TpoolProxy proxy
        ? proxy.of
        : other;
  }
}
