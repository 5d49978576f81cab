package io.greenloop.greenlet;

import java.lang.reflect.Method;

/** Whether a subclass of Greenlet has a body of its own. */
final class Overrides {
  private static final ClassValue<Boolean> RUN =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          for (Class<?> c = type; c != Greenlet.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
              if (isRun(method)) {
                return true;
              }
            }
          }
          return false;
        }
      };

  private Overrides() {}

  static boolean run(Class<? extends Greenlet> type) {
    return type != Greenlet.class && RUN.get(type);
  }

  private static boolean isRun(Method method) {
    if (!method.getName().equals("run") || method.getParameterCount() != 1) {
      return false;
    }
    Class<?> parameter = method.getParameterTypes()[0];
    return parameter == Object[].class || parameter == SwitchArgs.class;
  }
}
