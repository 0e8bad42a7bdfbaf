#include "CPfm.h"
